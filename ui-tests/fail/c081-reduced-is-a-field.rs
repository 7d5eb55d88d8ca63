//! Only local variables can be reduced.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct Sums {
    total: u64,
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> u64 {
    let mut sums = Sums { total: 0 };
    for i in 0..n {
        sums.total += work(i);
    }
    sums.total
}

fn main() {
    all(3);
}
