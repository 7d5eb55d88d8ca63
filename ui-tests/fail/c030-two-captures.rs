//! Each captured variable is reported at its first use.

use concurrent_futures::concurrent;
use std::cell::RefCell;
use std::rc::Rc;

fn scaled(n: u64, by: &Rc<u64>, cache: &RefCell<u64>) -> u64 {
    n * **by + *cache.borrow()
}

#[concurrent]
fn all(n: u64, by: &Rc<u64>) -> Vec<u64> {
    let mut out = Vec::new();
    let cache = RefCell::new(3);
    for i in 0..n {
        out.push(scaled(i, by, &cache));
    }
    out
}

fn main() {
    all(3, &Rc::new(3));
}
