//! A static in worker processes.

#![deny(deprecated)]

use concurrent_futures::concurrent;
use std::sync::atomic::{AtomicU64, Ordering};

fn work(n: u64) -> u64 {
    n * n
}

static LIMIT: u64 = 4;
static CALLS: AtomicU64 = AtomicU64::new(0);

#[concurrent(explain, mode = "process")]
fn all(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        let limit = LIMIT;
        out.push(work(i) + limit);
        CALLS.fetch_add(1, Ordering::Relaxed);
    }
    out
}

fn main() {
    all(3);
}
