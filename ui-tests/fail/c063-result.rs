//! A result is sent back.

use concurrent_futures::concurrent;
use std::rc::Rc;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
fn square(n: u64) -> Rc<u64> {
    Rc::new(work(n))
}

fn main() {
    square(3);
}
