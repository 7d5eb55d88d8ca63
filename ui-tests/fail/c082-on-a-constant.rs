//! The attribute is for functions.

use concurrent_futures::concurrent;

#[concurrent]
const SQUARE: u64 = 9;

fn main() {
    SQUARE;
}
