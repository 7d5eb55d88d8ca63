//! A capture is consumed by the first iteration.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn all(n: u64, words: Vec<String>) -> u64 {
    let mut total = 0;
    for i in 0..n {
        let longest = words.into_iter().map(|word| word.len() as u64).max();
        total += work(i + longest.unwrap_or(0));
    }
    total
}

fn main() {
    all(3, Vec::new());
}
