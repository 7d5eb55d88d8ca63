//! An attribute that would change the function behind ours.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
#[global_allocator]
fn sum(n: u64) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        sum += work(i);
    }
    sum
}

fn main() {
    sum(3);
}
