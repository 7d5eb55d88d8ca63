//! A statement within one that stays in order as a whole.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn sums(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
        while total % 2 == 0 {
            #[concurrent(parallel)]
            let z = work(i);
            total += z;
        }
    }
    total
}

fn main() {
    sums(3);
}
