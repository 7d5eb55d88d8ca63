//! Who ignores a future never learns how its task ended.

#![deny(unused_must_use)]

use concurrent_futures::concurrent;

#[concurrent(task)]
fn square(n: u64) -> u64 {
    n * n
}

fn main() {
    square::submit(3);
}
