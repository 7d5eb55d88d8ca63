//! The loops of an async block would block its executor.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(n: u64) -> impl Future<Output = Vec<u64>> {
    async move {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(work(i));
        }
        out
    }
}

fn main() {
    drop(squares(3));
}
