//! The variable is also set anew.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(max: best))]
fn all(n: u64) -> u64 {
    let mut best = 0;
    for i in 0..n {
        best = best.max(work(i));
        if i == 7 {
            best = 0;
        }
    }
    best
}

fn main() {
    all(3);
}
