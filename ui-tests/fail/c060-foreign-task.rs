//! A foreign calling convention.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
extern "C" fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    square(3);
}
