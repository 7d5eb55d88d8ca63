//! A variable has the value of the last iteration behind the loop.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn last(n: u64) -> u64 {
    let mut last = 0;
    for i in 0..n {
        last = work(i);
    }
    last
}

fn main() {
    last(3);
}
