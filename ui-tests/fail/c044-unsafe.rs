//! `unsafe` in the parallel part.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn all(numbers: &[u64]) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..numbers.len() {
        let number = unsafe { *numbers.get_unchecked(i) };
        out.push(work(number));
    }
    out
}

fn main() {
    all(&[3]);
}
