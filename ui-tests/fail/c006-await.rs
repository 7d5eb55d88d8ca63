//! An `.await` needs an executor.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

async fn fetch(n: u64) -> u64 {
    work(n)
}

#[concurrent]
fn fetch_all(n: u64) -> impl Future<Output = Vec<u64>> {
    async move {
        let mut out = Vec::new();
        for i in 0..n {
            let page = fetch(i).await;
            out.push(work(page));
        }
        out
    }
}

fn main() {
    drop(fetch_all(3));
}
