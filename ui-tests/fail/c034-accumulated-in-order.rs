//! A sum is added up in order.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn sum(n: u64) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        sum += work(i);
    }
    sum
}

fn main() {
    sum(3);
}
