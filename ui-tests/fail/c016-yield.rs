//! A worker cannot suspend the function.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn all(n: u64) {
    for i in 0..n {
        let square = work(i);
        yield square;
    }
}

fn main() {
    all(3);
}
