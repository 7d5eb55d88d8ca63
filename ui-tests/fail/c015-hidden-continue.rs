//! A `continue` that a macro hides in the parallel part.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! or_continue {
    ($parsed:expr) => {
        match $parsed {
            Ok(n) => n,
            Err(_) => continue,
        }
    };
}

#[concurrent]
fn squares(words: &[&str]) -> Vec<u64> {
    let mut out = Vec::new();
    for word in words {
        let n = or_continue!(word.parse::<u64>());
        out.push(work(n));
    }
    out
}

fn main() {
    squares(&["3"]);
}
