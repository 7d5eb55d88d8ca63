//! The loop reads what it reduces.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> Vec<u64> {
    let mut total = 0;
    let mut out = Vec::new();
    for i in 0..n {
        total += work(i);
        out.push(total);
    }
    out
}

fn main() {
    all(3);
}
