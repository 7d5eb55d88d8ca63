//! The body takes items out of what the loop iterates over.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn pairs(mut numbers: std::vec::IntoIter<u64>) -> Vec<u64> {
    let mut out = Vec::new();
    for n in numbers.by_ref() {
        out.push(work(n));
        numbers.next();
    }
    out
}

fn main() {
    pairs(vec![3].into_iter());
}
