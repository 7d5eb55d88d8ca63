//! A `return` that a macro hides in a later piece of the parallel part.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! or_return {
    ($parsed:expr) => {
        match $parsed {
            Ok(n) => n,
            Err(_) => return None,
        }
    };
}

#[concurrent]
fn squares(words: &[&str]) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    let mut n_tried = 0;
    for word in words {
        let text = word.to_uppercase();
        n_tried += 1;
        let n = or_return!(text.parse::<u64>());
        out.push(work(n) + n_tried);
    }
    Some(out)
}

fn main() {
    squares(&["3"]);
}
