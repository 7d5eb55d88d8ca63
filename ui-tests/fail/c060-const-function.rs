//! There are no threads in the compiler.

use concurrent_futures::concurrent;

#[concurrent]
const fn sum(n: u64) -> u64 {
    let mut sum = 0;
    let mut i = 0;
    while i < n {
        sum += i;
        i += 1;
    }
    sum
}

fn main() {
    sum(3);
}
