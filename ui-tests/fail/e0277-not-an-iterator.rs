//! What cannot be iterated over is reported once.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct Numbers;

#[concurrent]
fn squares(numbers: Numbers) -> Vec<u64> {
    let mut out = Vec::new();
    for i in numbers {
        out.push(work(i));
    }
    out
}

fn main() {
    squares(Numbers);
}
