//! `?` needs something that can fail.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(n: u64) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    for i in 0..n {
        let square = work(i)?;
        out.push(square);
    }
    Some(out)
}

fn main() {
    squares(3);
}
