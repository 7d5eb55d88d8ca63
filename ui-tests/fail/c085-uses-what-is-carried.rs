//! A statement that uses what the loop carries cannot run ahead of it.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn sums(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    let mut total = 0;
    for i in 0..n {
        let y = work(i);
        #[concurrent(parallel)]
        let z = work(total);
        total += y + z;
        let sum = total;
        #[concurrent(parallel)]
        let w = work(sum);
        out.push(w);
        if total > 100 {
            break;
        }
        #[concurrent(parallel)]
        let v = work(i + 1);
        out.push(v);
    }
    out
}

fn main() {
    sums(3);
}
