//! Chunks are folded by threads only; a reduction of the function is refused where a loop that it is meant for runs in
//! processes, and nowhere else.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(mode = "process", reduce(+: total))]
fn total(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
    }
    total
}

#[concurrent(reduce(+: total))]
fn totals(n: u64) -> (u64, Vec<u64>) {
    let (mut total, mut out) = (0, Vec::new());
    #[concurrent]
    for i in 0..n {
        total += work(i);
    }
    #[concurrent(mode = "process")]
    for i in 0..n {
        out.push(work(i));
    }
    #[concurrent(mode = "process", reduce(max: best))]
    for i in 0..n {
        best = best.max(work(i));
    }
    (total, out)
}

fn main() {
    total(3);
    totals(3);
}
