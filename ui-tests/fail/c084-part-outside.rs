//! Only statements of loops that run in parallel have a part to be in.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent(ordered)]
    out.push(0);
    for i in 0..n {
        out.push(work(i));
    }
    let mut k = 0;
    while k < n {
        #[concurrent(parallel)]
        let y = work(k);
        k += y;
    }
    out
}

fn main() {
    squares(3);
}
