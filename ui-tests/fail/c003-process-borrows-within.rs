//! The items hold borrows: what a worker gets owns all that it holds.

use concurrent_futures::concurrent;

fn weight(word: &str) -> u64 {
    word.len() as u64
}

#[concurrent(mode = "process")]
fn total(words: &[Option<&str>]) -> u64 {
    let mut total = 0;
    for word in words {
        total += word.map_or(0, weight);
    }
    total
}

fn main() {
    total(&[Some("a"), None]);
}
