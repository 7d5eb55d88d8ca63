//! A loop in an async closure.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn later(n: u64) -> impl AsyncFn() {
    async move || {
        let mut sum = 0;
        for i in 0..n {
            sum += work(i);
        }
        drop(sum);
    }
}

fn main() {
    let _ = later(3);
}
