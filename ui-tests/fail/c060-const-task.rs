//! There are no threads in the compiler.

use concurrent_futures::concurrent;

#[concurrent(task)]
const fn square(n: u64) -> u64 {
    n * n
}

fn main() {
    square(3);
}
