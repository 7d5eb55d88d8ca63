//! The only work is in an inner loop that is left early in order.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn sums(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        for k in 0..i {
            total += work(k);
            if total > 100 {
                break;
            }
        }
    }
    total
}

fn main() {
    sums(3);
}
