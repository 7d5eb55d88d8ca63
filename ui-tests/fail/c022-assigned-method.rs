//! A variable that is certainly assigned is not proposed to be only read.

use concurrent_futures::concurrent;

fn next(seed: &mut u64) -> u64 {
    *seed += 1;
    *seed
}

#[concurrent]
fn longest(n: u64) -> u64 {
    let mut seed = 0;
    let mut longest = 0;
    for _ in 0..n {
        let length = next(&mut seed);
        longest = longest.max(length);
    }
    longest
}

fn main() {
    longest(3);
}
