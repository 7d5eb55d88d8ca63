//! An unknown operator, a word for one, no operator, no name, and a name twice.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(-: a, sum: b, c, +: 3, *: d, +: d, add_all, &+: e))]
fn all(n: u64) -> u64 {
    let mut a = 0;
    for i in 0..n {
        a += work(i);
    }
    a
}

fn main() {
    all(3);
}
