//! A partial result goes from the worker to the calling thread.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

use std::rc::Rc;

fn join(a: Rc<u64>, b: Rc<u64>) -> Rc<u64> {
    Rc::new(*a + *b)
}

#[concurrent(reduce(join: total))]
fn all(n: u64) -> Rc<u64> {
    let mut total = Rc::new(0);
    for i in 0..n {
        total = join(total, Rc::new(work(i)));
    }
    total
}

fn main() {
    all(3);
}
