//! Random numbers in the parallel part.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

mod rand {
    pub fn random() -> u64 {
        4
    }
}

#[concurrent(explain)]
fn all(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i) + rand::random());
    }
    out
}

fn main() {
    all(3);
}
