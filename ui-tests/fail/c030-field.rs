//! A captured field is shared as well.

use concurrent_futures::concurrent;
use std::cell::Cell;

struct Scale {
    by: Cell<u64>,
}

fn scaled(n: u64, by: &Cell<u64>) -> u64 {
    n * by.get()
}

#[concurrent]
fn all(n: u64, scale: &Scale) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(scaled(i, &scale.by));
    }
    out
}

fn main() {
    all(3, &Scale { by: Cell::new(3) });
}
