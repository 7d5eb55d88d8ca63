//! A collection cannot be changed while it is iterated over.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(mut numbers: Vec<u64>) -> Vec<u64> {
    for n in &numbers {
        numbers.push(work(*n));
    }
    numbers
}

fn main() {
    squares(vec![3]);
}
