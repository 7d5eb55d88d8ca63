//! Chunks in any order, and a result that depends on their order.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(unordered, reduce(+: total))]
fn all(n: u64) -> f64 {
    let mut total = 0.0;
    for i in 0..n {
        total += work(i) as f64;
    }
    total
}

fn main() {
    all(3);
}
