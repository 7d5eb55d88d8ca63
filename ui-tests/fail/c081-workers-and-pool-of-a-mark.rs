//! What excludes each other on a function does so on a loop.

use concurrent_futures::{ThreadPool, concurrent};

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(pool: &ThreadPool, n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent(workers = 2, pool = pool)]
    for i in 0..n {
        out.push(work(i));
    }
    out
}

fn main() {
    squares(&ThreadPool::new(1).unwrap(), 3);
}
