//! A part is for a statement.

use concurrent_futures::concurrent;

#[concurrent(ordered)]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(i * i);
    }
    out
}

fn main() {
    squares(3);
}
