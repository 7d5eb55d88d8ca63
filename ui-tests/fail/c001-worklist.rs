//! A worklist grows while it is worked on.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn sum(mut stack: Vec<u64>) -> u64 {
    let mut sum = 0;
    while let Some(n) = stack.pop() {
        sum += work(n);
    }
    sum
}

fn main() {
    sum(vec![3]);
}
