//! What an iteration adds is not there yet when items are asked for ahead.

use concurrent_futures::concurrent;
use std::cell::RefCell;
use std::collections::VecDeque;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn tree(root: u64) -> Vec<u64> {
    let queue = RefCell::new(VecDeque::from([root]));
    let mut out = Vec::new();
    for n in std::iter::from_fn(|| queue.borrow_mut().pop_front()) {
        out.push(work(n));
        if n < 100 {
            queue.borrow_mut().push_back(2 * n);
        }
    }
    out
}

fn main() {
    tree(1);
}
