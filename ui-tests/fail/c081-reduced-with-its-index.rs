//! The element and where it was: not one variable, but two that belong together.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(max: best))]
fn all(n: u64) -> (u64, u64) {
    let (mut best, mut at) = (0, 0);
    for i in 0..n {
        let y = work(i);
        if y > best {
            best = y;
            at = i;
        }
    }
    (best, at)
}

fn main() {
    all(3);
}
