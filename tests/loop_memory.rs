//! However long a loop is, only a bounded window of its iterations waits for the in-order part.

#![cfg(target_os = "linux")]

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use concurrent_futures::{ThreadPool, concurrent};
use concurrent_futures_suite::timed_within;

const N: u64 = 100_000_000;

/// A parallel part that is faster than the in-order part, on threads that never give up.
#[concurrent(pool = pool)]
fn chain(n: u64, pool: &ThreadPool) -> u64 {
    let mut state = 0;
    for i in 0..n {
        let element = i.wrapping_mul(i);
        state = slow(state, element);
    }
    state
}

fn slow(state: u64, element: u64) -> u64 {
    black_box(black_box(state ^ element).rotate_left(7))
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_hundred_million_items_take_no_more_memory_than_a_million() {
    timed_within(Duration::from_secs(600), || {
        let pool = ThreadPool::new(2).unwrap();
        chain(1_000_000, &pool);
        let before = peak();
        let plain = (0..N).fold(0, |state, i: u64| slow(state, i.wrapping_mul(i)));
        assert_eq!(chain(N, &pool), plain);
        // All results at once would be 800 MB.
        let grown = peak() - before;
        assert!(grown < 16 * 1024, "{grown} KiB");
    });
}
