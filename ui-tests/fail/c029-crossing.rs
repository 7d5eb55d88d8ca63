//! What a worker makes for the in-order part has to be sent.

use concurrent_futures::concurrent;
use std::rc::Rc;

fn shared(n: u64) -> Rc<u64> {
    Rc::new(n)
}

#[concurrent]
fn all(n: u64) -> Vec<Rc<u64>> {
    let mut out = Vec::new();
    for i in 0..n {
        let one = shared(i);
        out.push(one);
    }
    out
}

fn main() {
    all(3);
}
