//! A map that nobody asks runs nothing.

#![deny(unused_must_use)]

use concurrent_futures::concurrent;

#[concurrent(task)]
fn square(n: u64) -> u64 {
    n * n
}

fn main() {
    square::map(0..3);
}
