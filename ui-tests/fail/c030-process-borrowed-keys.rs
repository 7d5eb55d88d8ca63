//! A map of borrows is captured: what a worker gets owns all that it holds.

use concurrent_futures::concurrent;
use std::collections::HashMap;

fn weight(word: &str, by: u64) -> u64 {
    word.len() as u64 * by
}

#[concurrent(mode = "process")]
fn all(text: &str, words: Vec<String>) -> u64 {
    let counts: HashMap<&str, u64> = text.split(' ').map(|word| (word, 1)).collect();
    let mut total = 0;
    for word in words {
        let by = counts.get(word.as_str()).copied().unwrap_or(0);
        total += weight(&word, by);
    }
    total
}

fn main() {
    all("a b", Vec::new());
}
