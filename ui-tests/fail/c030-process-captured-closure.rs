//! The code of a closure is there in a worker process, but what it captured is not.

use concurrent_futures::concurrent;

#[concurrent(mode = "process")]
fn products(factor: u64, n: u64) -> Vec<u64> {
    let product = |i| factor * i;
    let mut out = Vec::new();
    for i in 0..n {
        out.push(product(i));
    }
    out
}

fn main() {
    products(2, 3);
}
