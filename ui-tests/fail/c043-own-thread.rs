//! The parallel part asks who it is.

#![deny(deprecated)]

use concurrent_futures::concurrent;
use std::thread;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn all(n: u64) -> Vec<(u64, thread::ThreadId)> {
    let mut out = Vec::new();
    for i in 0..n {
        let id = thread::current().id();
        out.push((work(i), id));
    }
    out
}

fn main() {
    all(3);
}
