//! The parallel part calls nothing.

#![deny(deprecated)]

use concurrent_futures::concurrent;

#[concurrent(explain)]
fn all(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(i * i + 1);
    }
    out
}

fn main() {
    all(3);
}
