//! The loops of a task are sequential.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent(workers = 2)]
    for i in 0..n {
        out.push(work(i));
    }
    out
}

fn main() {
    squares::submit(3).wait();
}
