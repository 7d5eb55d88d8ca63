//! The variable is the right operand of an operation that is not associative.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: total))]
fn all(n: u64) -> i64 {
    let mut total = 1;
    for i in 0..n {
        total = work(i) as i64 - total;
    }
    total
}

fn main() {
    all(3);
}
