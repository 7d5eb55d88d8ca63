//! One mistake is one message.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

async fn fetch(n: u64) -> u64 {
    work(n)
}

#[concurrent]
async fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        let page = fetch(i).await;
        out.push(work(page));
    }
    out
}

fn main() {
    drop(squares(3));
}
