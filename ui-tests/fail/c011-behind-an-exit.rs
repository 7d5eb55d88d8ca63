//! Work behind a statement that leaves the iteration in order.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn some(n: u64) -> Vec<u64> {
    let mut total = 0;
    let mut out = Vec::new();
    for i in 0..n {
        total += work(i);
        if total > 100 && i % 2 == 0 {
            continue;
        }
        let square = work(i + 1);
        out.push(square);
    }
    out
}

fn main() {
    some(3);
}
