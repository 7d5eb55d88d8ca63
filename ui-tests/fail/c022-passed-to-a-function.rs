//! Each iteration waits for what the one before it left in a variable that a function gets as `&mut`.

use concurrent_futures::concurrent;
use std::collections::HashMap;

fn collatz(n: u64, memo: &mut HashMap<u64, u64>) -> u64 {
    if n == 1 {
        return 0;
    }
    if let Some(length) = memo.get(&n) {
        return *length;
    }
    let length = 1 + collatz(if n % 2 == 0 { n / 2 } else { 3 * n + 1 }, memo);
    memo.insert(n, length);
    length
}

#[concurrent]
fn longest(n: u64) -> u64 {
    let mut memo = HashMap::new();
    let mut longest = 0;
    for i in 1..n {
        let length = collatz(i, &mut memo);
        longest = longest.max(length);
    }
    longest
}

#[concurrent(mode = "process")]
fn all(n: u64, memo: &mut HashMap<u64, u64>) -> Vec<u64> {
    let mut lengths = Vec::new();
    for i in 1..n {
        lengths.push(collatz(i, memo));
    }
    lengths
}

fn add_squares(n: u64, squares: &mut Vec<u64>) {
    squares.extend((0..n).map(|i| i * i));
}

#[concurrent]
fn squares(n: u64) -> Vec<u64> {
    let mut squares = Vec::new();
    for i in 0..n {
        add_squares(i, &mut squares);
    }
    squares
}

fn main() {
    longest(0);
    all(0, &mut HashMap::new());
    squares(0);
}
