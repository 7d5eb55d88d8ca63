//! A lock is held while the body waits for a task.

#![deny(deprecated)]

use concurrent_futures::concurrent;
use std::sync::Mutex;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
fn square(n: u64) -> u64 {
    work(n)
}

#[concurrent(explain)]
fn all(n: u64, totals: &Mutex<u64>) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        let offset = work(i);
        let mut total = totals.lock().unwrap();
        let future = square::submit(*total + offset);
        *total += future.result().unwrap();
        sum += *total;
    }
    sum
}

fn main() {
    all(3, &Mutex::new(0));
}
