//! Not in this version.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(mode = "async")]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    out
}

fn main() {
    squares(3);
}
