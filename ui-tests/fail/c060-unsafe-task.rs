//! A contract cannot be kept later and elsewhere.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
unsafe fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    unsafe { square(3) };
}
