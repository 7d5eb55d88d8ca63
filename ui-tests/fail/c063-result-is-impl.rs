//! A `Future` needs the name of its result.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn numbers(n: u64) -> impl Iterator<Item = u64> {
    0..n
}

fn main() {
    numbers(3);
}
