//! The loop may be left early.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn first(n: u64) -> Option<u64> {
    for i in 0..n {
        let square = work(i);
        if square > 10 {
            return Some(square);
        }
    }
    None
}

fn main() {
    first(3);
}
