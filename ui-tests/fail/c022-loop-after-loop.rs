//! When no loop of a function has anything to run in parallel, each says why.

use concurrent_futures::concurrent;

#[concurrent]
fn copies(items: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let mut there = Vec::new();
    for &item in items {
        there.push(item);
    }
    let mut back = Vec::new();
    for &item in &there {
        back.push(item);
    }
    (there, back)
}

fn main() {
    copies(&[3]);
}
