//! The first element of a chunk cannot stand for itself.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

use std::time::{Duration, Instant};

#[concurrent(reduce(+: end))]
fn all(n: u64) -> Instant {
    let mut end = Instant::now();
    for i in 0..n {
        end += Duration::from_secs(work(i));
    }
    end
}

fn main() {
    all(3);
}
