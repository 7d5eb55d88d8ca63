//! A variable counts the iterations.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn numbered(words: &[u64]) -> Vec<(u64, u64)> {
    let mut line = 0;
    let mut out = Vec::new();
    for word in words {
        line += 1;
        out.push((line, work(*word)));
    }
    out
}

fn main() {
    numbered(&[3]);
}
