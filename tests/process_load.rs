//! Many tasks in few processes: neither descriptors nor memory grow with their number.

use std::fs;

use concurrent_futures::ProcessPool;
use concurrent_futures_suite::{Door, Probe, Scratch, descriptors, timed};

fn square(n: u64) -> u64 {
    n * n
}

/// What this process holds of memory, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[ignore = "a probe that another test starts"]
fn queues_a_hundred_thousand_tasks() {
    let scratch = Scratch::new();
    let door = scratch.door();
    let pool = ProcessPool::new(2).unwrap();
    let held: Vec<_> = (0..2).map(|_| pool.submit(|door: Door| door.pass(), door.clone())).collect();
    door.wait_for(2);
    let before = descriptors().len();
    let futures: Vec<_> = (0..100_000).map(|n| pool.submit(square, n)).collect();
    assert_eq!(descriptors().len(), before, "a task has no descriptor");
    door.open();
    for (n, future) in (0..).zip(futures) {
        assert_eq!(future.result().unwrap(), n * n);
    }
    held.into_iter().for_each(|future| future.result().unwrap());
}

#[test]
fn a_hundred_thousand_queued_tasks_with_256_descriptors() {
    timed(|| {
        Probe::after("ulimit -n 256", "queues_a_hundred_thousand_tasks").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn runs_many_tasks() {
    let pool = ProcessPool::new(2).unwrap();
    let length = |bytes: Vec<u8>| bytes.len();
    let round = || {
        for _ in 0..10 {
            let futures: Vec<_> = (0..1000).map(|n| pool.submit(square, n)).collect();
            assert!(futures.into_iter().all(|future| future.result().is_ok()));
            drop(pool.submit(square, 1));
        }
        // As long as the pool is always behind.
        let lengths = pool.map(length, (0..2000).map(|_| vec![1; 10_000])).chunksize(1).buffersize(400);
        assert!(lengths.into_iter().all(|length| length.unwrap() == 10_000));
        for _ in 0..20 {
            drop(pool.submit(length, vec![1; 1 << 20]));
        }
        pool.submit(square, 1).result().unwrap();
    };
    round();
    round();
    let before = resident();
    (0..6).for_each(|_| round());
    let after = resident();
    assert!(after < before + 24 * 1024, "from {before} to {after} KiB");
}

#[test]
fn memory_does_not_grow_with_the_tasks_that_have_ended() {
    timed(|| {
        Probe::new("runs_many_tasks").run();
    });
}

#[test]
fn forty_workers() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(40).unwrap();
        let futures: Vec<_> = (0..40).map(|_| pool.submit(|door: Door| door.pass(), door.clone())).collect();
        door.wait_for(40);
        assert_eq!(pool.worker_pids().len(), 40);
        door.open();
        assert!(futures.into_iter().all(|future| future.result().is_ok()));
    });
}
