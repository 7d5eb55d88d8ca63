//! One variable, two operations.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> u64 {
    let mut total = 1;
    for i in 0..n {
        total += work(i);
        total = total * 2;
    }
    total
}

fn main() {
    all(3);
}
