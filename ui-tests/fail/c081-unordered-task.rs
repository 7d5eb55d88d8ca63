//! `unordered` is for loops.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task, unordered)]
fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    square::submit(3).wait();
}
