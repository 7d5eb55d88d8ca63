//! A mark on a `while` loop of a function without the attribute.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

fn sum(mut stack: Vec<u64>) -> u64 {
    let mut sum = 0;
    #[concurrent]
    while let Some(n) = stack.pop() {
        sum += work(n);
    }
    sum
}

fn main() {
    sum(vec![3]);
}
