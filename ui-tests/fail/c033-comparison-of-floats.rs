//! Which values are kept depends on where a NaN stands.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(max: best))]
fn all(n: u64) -> f64 {
    let mut best = 0.0;
    for i in 0..n {
        let y = work(i) as f64;
        if y > best {
            best = y;
        }
    }
    best
}

fn main() {
    all(3);
}
