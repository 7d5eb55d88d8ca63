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
fn small(numbers: &mut impl Iterator<Item = u64>) -> Vec<u64> {
    let mut out = Vec::new();
    for n in numbers.by_ref() {
        let square = work(n);
        stop_if!(square > 10);
        out.push(square);
    }
    out
}

fn main() {
    small(&mut (0..9));
}
