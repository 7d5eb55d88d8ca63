//! A task has no parts.

use concurrent_futures::concurrent;

#[concurrent(task, explain)]
fn square(n: u64) -> u64 {
    n * n
}

fn main() {
    square(3);
}
