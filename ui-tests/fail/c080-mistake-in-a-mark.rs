//! A mistake in a mark is shown in the mark, beside those of the function.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(worker = 2)]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent(chunks = 2)]
    for i in 0..n {
        out.push(work(i));
    }
    out
}

fn main() {
    squares(3);
}
