//! A closure might run anywhere.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        (0..i).for_each(|j| total += work(j));
    }
    total
}

fn main() {
    all(3);
}
