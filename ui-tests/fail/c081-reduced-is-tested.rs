//! The loop stops when the sum is large enough.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
        if total > 100 {
            break;
        }
    }
    total
}

fn main() {
    all(3);
}
