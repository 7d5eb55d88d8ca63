//! A borrow of what cannot be shared cannot be sent.

use concurrent_futures::concurrent;
use std::cell::Cell;

fn cost(n: &Cell<u64>) -> u64 {
    n.get()
}

#[concurrent]
fn costs(all: &[Cell<u64>]) -> Vec<u64> {
    let mut out = Vec::new();
    for n in all {
        out.push(cost(n));
    }
    out
}

fn main() {
    costs(&[Cell::new(3)]);
}
