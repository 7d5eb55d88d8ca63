//! A static of the user's that is called like ours.

use concurrent_futures::concurrent;

static __SITE: u64 = 1;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(workers = 3)]
fn all(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i) + __SITE);
    }
    out
}

fn main() {
    assert_eq!(all(3), [1, 2, 5]);
}
