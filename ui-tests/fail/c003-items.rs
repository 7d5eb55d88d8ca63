//! Items are handed to workers.

use concurrent_futures::concurrent;
use std::rc::Rc;

fn cost(n: &Rc<u64>) -> u64 {
    **n
}

#[concurrent]
fn costs(all: Vec<Rc<u64>>) -> Vec<u64> {
    let mut out = Vec::new();
    for n in all {
        out.push(cost(&n));
    }
    out
}

fn main() {
    costs(vec![Rc::new(3)]);
}
