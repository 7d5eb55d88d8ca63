//! A lock is taken in the parallel part, since a mark says so.

#![deny(deprecated)]

use concurrent_futures::concurrent;
use std::sync::Mutex;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn all(n: u64, log: &Mutex<Vec<u64>>) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        #[concurrent(parallel)]
        log.lock().unwrap().push(i);
        out.push(work(i));
    }
    out
}

fn main() {
    all(3, &Mutex::new(Vec::new()));
}
