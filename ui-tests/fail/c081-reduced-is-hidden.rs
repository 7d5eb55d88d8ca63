//! Two variables of one name.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
        let total = work(i + 1);
        drop(total);
    }
    total
}

fn main() {
    all(3);
}
