//! A chain of iterators is no loop, but can be written as one.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(numbers: &[u64]) -> Vec<u64> {
    numbers.iter().map(|n| work(*n)).collect()
}

#[concurrent]
fn sum(numbers: &[u64]) -> u64 {
    numbers.iter().copied().map(work).sum()
}

#[concurrent]
fn each(numbers: &mut [u64]) {
    numbers.iter_mut().for_each(|n| *n = work(*n));
}

fn main() {
    squares(&[3]);
    sum(&[3]);
    each(&mut [3]);
}
