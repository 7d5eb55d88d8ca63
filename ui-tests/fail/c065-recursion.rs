//! A task that waits for itself, explained.

#![deny(deprecated)]

use concurrent_futures::concurrent;

#[concurrent(task, explain)]
fn sum(numbers: &[u64]) -> u64 {
    match numbers {
        [] => 0,
        [n] => *n,
        _ => {
            let (left, right) = numbers.split_at(numbers.len() / 2);
            let left = sum::submit(left.to_vec());
            sum(right) + left.result().unwrap()
        }
    }
}

fn main() {
    sum(&[1, 2]);
}
