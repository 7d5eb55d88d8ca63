//! The attribute goes on the functions.

use concurrent_futures::concurrent;

#[concurrent]
mod squares {
    pub fn one(n: u64) -> u64 {
        n * n
    }
}

fn main() {
    squares::one(3);
}
