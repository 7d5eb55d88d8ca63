//! A `break` that a macro hides in the in-order part is honoured, and leaves the loop.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! stop_if {
    ($condition:expr) => {
        if $condition {
            break;
        }
    };
}

#[concurrent]
fn square_some(numbers: &mut Vec<u64>) {
    let mut n_done = 0;
    for n in numbers {
        *n = work(*n);
        n_done += 1;
        stop_if!(n_done > 3);
    }
}

fn main() {
    square_some(&mut vec![3]);
}
