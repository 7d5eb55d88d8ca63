//! A marked loop is never silently sequential, whatever the other loops are.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn both(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent]
    for i in 0..n {
        out.push(work(i));
    }
    #[concurrent]
    for i in 0..n {
        out.push(i);
    }
    out
}

fn main() {
    both(3);
}
