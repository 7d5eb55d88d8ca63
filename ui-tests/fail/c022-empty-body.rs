//! A loop that does nothing.

use concurrent_futures::concurrent;

#[concurrent]
fn wait(n: u64) {
    for _ in 0..n {}
}

fn main() {
    wait(3);
}
