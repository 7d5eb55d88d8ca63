//! A loop that nothing leaves, over what has no end.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn sum() -> u64 {
    let mut sum = 0;
    for i in (0..).map(|i| i + 1) {
        sum += work(i);
    }
    sum
}

#[concurrent]
fn left() -> u64 {
    for i in 0.. {
        let square = work(i);
        if square > 10 {
            return square;
        }
    }
    0
}

fn main() {
    left();
    if left() == 0 {
        sum();
    }
}
