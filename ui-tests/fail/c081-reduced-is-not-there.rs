//! The loop knows no such variable.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn all(n: u64) -> (u64, u64) {
    let mut total = 0;
    let count = 3;
    #[concurrent(reduce(+: count))]
    for i in 0..n {
        total += work(i);
    }
    (total, count)
}

fn main() {
    all(3);
}
