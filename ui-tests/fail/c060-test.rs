//! A test is called by the test harness.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(task)]
#[test]
fn square() {
    assert_eq!(work(3), 9);
}

fn main() {
    work(3);
}
