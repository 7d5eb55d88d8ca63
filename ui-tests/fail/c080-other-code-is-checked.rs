//! A refused function is still type-checked.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(worker = 2)]
fn squares(n: u64) -> Vec<u64> {
    let mut out: Vec<u64> = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    let last: String = out[0];
    out
}

fn main() {
    let _all: Vec<u64> = squares(3);
}
