//! What is captured is read by several workers at once.

use concurrent_futures::concurrent;
use std::rc::Rc;

fn scaled(n: u64, by: &u64) -> u64 {
    n * by
}

#[concurrent]
fn all(n: u64, by: Rc<u64>) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(scaled(i, &by));
    }
    out
}

fn main() {
    all(3, Rc::new(3));
}
