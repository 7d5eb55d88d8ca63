//! A worker process gets a copy of what it reads.

use concurrent_futures::concurrent;

struct Model {
    factor: u64,
}

fn work(model: &Model, n: u64) -> u64 {
    model.factor * n
}

#[concurrent(mode = "process")]
fn products(model: &Model, n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(model, i));
    }
    out
}

fn main() {
    products(&Model { factor: 2 }, 3);
}
