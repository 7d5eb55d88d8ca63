//! Code cannot be sent to another process.

use concurrent_futures::concurrent;

#[concurrent(task, mode = "process")]
fn apply(f: impl Fn(u64) -> u64, n: u64) -> u64 {
    f(n)
}

#[concurrent(task, mode = "process")]
fn boxed(f: Box<dyn Fn(u64) -> u64 + Send>, n: u64) -> u64 {
    f(n)
}

#[concurrent(task, mode = "process")]
fn pointer(f: fn(u64) -> u64, n: u64) -> u64 {
    f(n)
}

#[concurrent(task, mode = "process")]
fn generic<F>(f: F, n: u64) -> u64
where
    F: FnOnce(u64) -> u64,
{
    f(n)
}

fn main() {
    apply(|n| n, 1);
    boxed(Box::new(|n| n), 1);
    pointer(|n| n, 1);
    generic(|n| n, 1);
}
