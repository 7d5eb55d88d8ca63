//! Items that are asked for ahead are counted too early.

use concurrent_futures::concurrent;
use std::cell::Cell;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn report(numbers: &[u64]) {
    let asked = Cell::new(0);
    for n in numbers.iter().inspect(|_| asked.set(asked.get() + 1)) {
        let square = work(*n);
        println!("{} of {}: {square}", asked.get(), numbers.len());
    }
}

fn main() {
    report(&[3]);
}
