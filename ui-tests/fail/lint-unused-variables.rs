//! What is unused is reported once, though the body is written twice.

#![deny(unused_variables, unused_mut, unused_assignments, unreachable_code, unused_must_use)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[must_use]
fn important(n: u64) -> u64 {
    n
}

#[concurrent]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for (i, unused_item) in (0..n).enumerate() {
        let unused_local = work(n);
        let mut needlessly_mut = work(n);
        important(needlessly_mut);
        out.push(work(i as u64));
    }
    out
}

fn main() {
    squares(3);
}
