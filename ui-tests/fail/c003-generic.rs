//! A type parameter needs a bound.

use concurrent_futures::concurrent;

trait Cost {
    fn cost(self) -> u64;
}

impl Cost for u64 {
    fn cost(self) -> u64 {
        self
    }
}

#[concurrent]
fn all<C: Cost>(items: Vec<C>) -> Vec<u64> {
    let mut out = Vec::new();
    for item in items {
        out.push(item.cost());
    }
    out
}

fn main() {
    all(vec![3]);
}
