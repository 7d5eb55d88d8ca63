//! What is found is added to the list that is worked on.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn all(mut found: Vec<u64>) -> Vec<u64> {
    for n in found.iter().rev() {
        let next = work(*n);
        if next < 100 {
            found.push(next);
        }
    }
    found
}

fn main() {
    all(vec![3]);
}
