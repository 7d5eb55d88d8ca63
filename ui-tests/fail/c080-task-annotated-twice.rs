//! One attribute a function.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
#[concurrent(workers = 2)]
fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    square(3);
}
