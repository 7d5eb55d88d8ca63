//! An async function runs on an async runtime.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
async fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    drop(square(3));
}
