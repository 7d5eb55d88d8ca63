//! The statement subtracts, the clause adds.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: left))]
fn all(n: u64) -> i64 {
    let mut left = 1000;
    for i in 0..n {
        left -= work(i) as i64;
    }
    left
}

fn main() {
    all(3);
}
