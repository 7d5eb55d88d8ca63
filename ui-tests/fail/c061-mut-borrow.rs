//! Who calls a task goes on meanwhile.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
fn square_all(numbers: &mut Vec<u64>) {
    numbers.iter_mut().for_each(|n| *n = work(*n));
}

fn main() {
    square_all(&mut vec![3]);
}
