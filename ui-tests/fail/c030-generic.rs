//! A type parameter needs a bound.

use concurrent_futures::concurrent;

trait Scale {
    fn scaled(&self, n: u64) -> u64;
}

impl Scale for u64 {
    fn scaled(&self, n: u64) -> u64 {
        n * self
    }
}

#[concurrent]
fn all<S: Scale>(n: u64, scale: &S) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(scale.scaled(i));
    }
    out
}

fn main() {
    all(3, &3);
}
