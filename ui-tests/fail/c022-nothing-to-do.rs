//! A loop that only moves its items.

use concurrent_futures::concurrent;

#[concurrent]
fn copies(items: &[u64]) -> Vec<u64> {
    let mut out = Vec::new();
    for &item in items {
        out.push(item);
    }
    out
}

fn main() {
    copies(&[3]);
}
