//! Elements are stored in order.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn counts(numbers: &[u64]) -> [u64; 4] {
    let mut counts = [0; 4];
    for n in numbers {
        counts[(work(*n) % 4) as usize] += 1;
    }
    counts
}

fn main() {
    counts(&[3]);
}
