//! Which iterations had run would depend on timing.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(unordered)]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        let square = work(i);
        if square > 10 {
            break;
        }
        out.push(square);
    }
    out
}

fn main() {
    squares(3);
}
