//! What the work reads, the iteration before it writes.

use concurrent_futures::concurrent;

fn score(item: u64, total: u64) -> u64 {
    item + total
}

#[concurrent]
fn total(items: &[u64]) -> u64 {
    let mut total = 0;
    for &item in items {
        let score = score(item, total);
        total += score;
    }
    total
}

fn main() {
    total(&[3]);
}
