//! A worker process would change a copy.

use concurrent_futures::concurrent;

fn work(n: &mut u64) {
    *n += 1;
}

#[concurrent(mode = "process")]
fn increase(numbers: &mut [u64]) {
    for n in numbers.iter_mut() {
        work(n);
    }
}

fn main() {
    increase(&mut [1, 2]);
}
