//! What is folded returns through a macro.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! or_return {
    ($value:expr) => {
        match $value {
            Some(n) => n,
            None => return 0,
        }
    };
}

#[concurrent(reduce(+: total))]
fn sum(words: &[&str]) -> u64 {
    let mut total = 0;
    for word in words {
        total += work(or_return!(word.parse().ok()));
    }
    total
}

fn main() {
    sum(&["1"]);
}
