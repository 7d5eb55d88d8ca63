//! A closure is sent like anything else.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn applied(f: impl Fn(u64) -> u64) -> u64 {
    f(3)
}

fn main() {
    let rc = std::rc::Rc::new(3);
    applied::submit(move |n| n + *rc).wait();
}
