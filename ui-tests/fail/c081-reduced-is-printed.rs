//! A format string captures it.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
        println!("{total}");
    }
    total
}

fn main() {
    all(3);
}
