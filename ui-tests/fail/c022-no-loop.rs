//! Without a loop, the function itself may be meant.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    square(3);
}
