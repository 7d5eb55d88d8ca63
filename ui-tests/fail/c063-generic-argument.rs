//! A type parameter is sent like anything else.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn same<T>(value: T) -> usize {
    size_of_val(&value)
}

fn main() {
    same::submit(std::rc::Rc::new(3)).wait();
}
