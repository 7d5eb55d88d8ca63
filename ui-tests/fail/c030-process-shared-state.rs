//! A copy of a counter in another process is another counter.

use concurrent_futures::concurrent;
use std::sync::atomic::{AtomicU64, Ordering};

fn work(n: u64, calls: &AtomicU64) -> u64 {
    calls.fetch_add(1, Ordering::Relaxed);
    n * n
}

#[concurrent(mode = "process")]
fn squares(n: u64, calls: &AtomicU64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i, calls));
    }
    out
}

fn main() {
    squares(3, &AtomicU64::new(0));
}
