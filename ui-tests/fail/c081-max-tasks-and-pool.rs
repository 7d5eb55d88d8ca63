//! A pool knows already when it replaces its workers.

use concurrent_futures::{ProcessPool, concurrent};

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(mode = "process", pool = pool, max_tasks_per_child = 3)]
fn squares(pool: &ProcessPool, n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    out
}

fn main() {
    squares(&ProcessPool::new(1).unwrap(), 3);
}
