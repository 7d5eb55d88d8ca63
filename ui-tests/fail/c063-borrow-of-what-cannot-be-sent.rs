//! An argument becomes owned, and is sent.

use concurrent_futures::concurrent;
use std::rc::Rc;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
fn square(n: &Rc<u64>) -> u64 {
    work(**n)
}

fn main() {
    square(&Rc::new(3));
}
