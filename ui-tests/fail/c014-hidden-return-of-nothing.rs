//! A `return` without a value that a macro hides in the parallel part.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! or_return {
    ($parsed:expr) => {
        match $parsed {
            Ok(n) => n,
            Err(_) => return,
        }
    };
}

#[concurrent]
fn squares(words: &[&str]) -> () {
    let mut out = Vec::new();
    for word in words {
        let n = or_return!(word.parse::<u64>());
        out.push(work(n));
    }
    drop(out);
}

fn main() {
    squares(&["3"]);
}
