//! An element is computed from the one before.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn smooth(values: &mut [u64]) {
    for i in 1..values.len() {
        let before = work(values[i - 1]);
        values[i] = before / 2;
    }
}

fn main() {
    smooth(&mut [3]);
}
