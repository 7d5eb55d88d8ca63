//! A `return` that a macro hides in the parallel part.

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
    for word in words {
        let n = or_return!(word.parse::<u64>());
        out.push(work(n));
    }
    Some(out)
}

fn main() {
    squares(&["3"]);
}
