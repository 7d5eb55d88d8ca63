//! Items behind the exit must stay as they are.

use concurrent_futures::concurrent;
use std::collections::BTreeMap;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn square_all(numbers: &mut BTreeMap<u64, u64>) {
    for (_, n) in numbers {
        let square = work(*n);
        if square > 10 {
            break;
        }
        *n = square;
    }
}

fn main() {
    square_all(&mut BTreeMap::new());
}
