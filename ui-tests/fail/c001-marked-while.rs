//! A `while` loop has no iterations beforehand.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    let mut i = 0;
    #[concurrent]
    while i < n {
        out.push(work(i));
        i += 1;
    }
    out
}

fn main() {
    squares(3);
}
