//! The function that is called is not the one of the clause.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

fn combine(a: u64, b: u64) -> u64 {
    a ^ b
}

#[concurrent(reduce(self::combine: total))]
fn all(n: u64) -> u64 {
    let mut total = 1;
    for i in 0..n {
        total = combine(total, work(i));
    }
    total
}

fn main() {
    all(3);
}
