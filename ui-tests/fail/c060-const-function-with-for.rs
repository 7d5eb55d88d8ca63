//! A `for` in a `const fn`: one message, ours.

use concurrent_futures::concurrent;

#[concurrent]
const fn sum(n: u64) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        sum += i;
    }
    sum
}

fn main() {
    sum(3);
}
