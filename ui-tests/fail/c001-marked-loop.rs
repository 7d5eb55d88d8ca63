//! A `loop` has no iterations beforehand.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent]
    loop {
        out.push(work(n));
        if out.len() > 3 {
            return out;
        }
    }
}

fn main() {
    squares(3);
}
