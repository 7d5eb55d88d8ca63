//! Worker processes: tasks run elsewhere, and the failure of one is its own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use concurrent_futures::{Future, ProcessPool, Shutdown, as_completed};
use concurrent_futures_suite::timed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn square(n: u64) -> u64 {
    n * n
}

fn crash_on_13(n: u64) -> u64 {
    if n == 13 {
        std::process::abort();
    }
    n
}

#[test]
fn a_task_runs_in_another_process() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let there = pool.spawn(std::process::id).result().unwrap();
        assert_ne!(there, std::process::id());
        assert_eq!(pool.worker_pids(), [there]);
    });
}

#[test]
fn a_map_gives_results_in_order() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        let squares: Vec<u64> = pool.map(square, 0..1000).collect::<Result<_, _>>().unwrap();
        assert_eq!(squares, (0..1000).map(square).collect::<Vec<_>>());
    });
}

#[test]
fn a_crash_fails_its_task_alone() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        let results: Vec<_> = pool.map(crash_on_13, 0..50).chunksize(7).collect();
        for (n, result) in (0..).zip(results) {
            match result {
                Ok(value) => assert_eq!(value, n),
                Err(error) => {
                    assert_eq!(n, 13, "{error}");
                    assert!(error.is_worker_died() && error.signal() == Some(6), "{error}");
                }
            }
        }
    });
}

#[test]
fn a_panic_leaves_the_worker_alive() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let pid = pool.spawn(std::process::id).result().unwrap();
        let error = pool.spawn(|| -> u64 { panic!("number {}", std::hint::black_box(7)) }).result().unwrap_err();
        assert_eq!(error.panic_message(), Some("number 7"));
        assert!(error.panic_location().unwrap().contains("process_pool.rs"));
        assert_eq!(error.worker_pid(), Some(pid));
        assert_eq!(pool.spawn(std::process::id).result().unwrap(), pid);
    });
}

#[test]
fn a_cancelled_running_task_is_killed() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let endless = pool.spawn(|| {
            loop {
                std::thread::park();
            }
        });
        let endless: concurrent_futures::Future<()> = endless.map(|never: ()| never);
        std::thread::sleep(Duration::from_millis(100));
        assert!(endless.cancel());
        assert!(endless.result().unwrap_err().is_cancelled());
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    });
}

#[test]
fn no_worker_is_an_error() {
    timed(|| {
        let error = ProcessPool::new(0).unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("`workers` must be at least 1"), "{error}");
        let error = ProcessPool::builder().workers(1).max_tasks_per_child(0).build().unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("max_tasks_per_child"), "{error}");
        assert!(ProcessPool::builder().workers(1).name("zero\0byte").build().is_err());
    });
}

/// How many there are of the next.
static LIVING: AtomicI64 = AtomicI64::new(0);

/// A value that is counted in each process that has it.
struct Counted;

impl Counted {
    fn new() -> Self {
        LIVING.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        1_u8.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer)?;
        Ok(Self::new())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::Relaxed);
    }
}

fn living() -> i64 {
    LIVING.load(Ordering::Relaxed)
}

/// One test for all, since they count the same.
#[test]
fn arguments_and_results_are_gone_when_nobody_has_them() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let count = |_: Counted| living();
        assert_eq!(pool.submit(count, Counted::new()).result().unwrap(), 1);
        drop(pool.submit(count, Counted::new()));
        let give = |_: u8| Counted::new();
        drop(pool.submit(give, 1).result().unwrap());
        assert_eq!(pool.spawn(living).result().unwrap(), 0);
        // What was handed out is kept neither by a map nor by `as_completed`, here or there.
        for chunk in [1, 2, 4] {
            let map = pool.map(give, 0..chunk).chunksize(chunk.into()).buffersize(chunk.into());
            for (n, result) in (1..).zip(map) {
                drop(result.unwrap());
                assert_eq!(living(), i64::from(chunk - n));
            }
        }
        let futures: Vec<_> = (0..4).map(|n| pool.submit(give, n)).collect();
        futures.iter().for_each(Future::wait);
        let expected = (0..4).rev();
        for ((_, result), left) in as_completed(futures).zip(expected) {
            drop(result.unwrap());
            assert_eq!(living(), left);
        }
        assert_eq!(pool.spawn(living).result().unwrap(), 0);
        drop(pool);
        assert_eq!(living(), 0, "nor is any left here");
    });
}

#[test]
fn many_tasks_one_by_one() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        let started = Instant::now();
        let futures: Vec<_> = (0..100_000).map(|n| pool.submit(square, n)).collect();
        for (n, future) in (0..).zip(futures) {
            assert_eq!(future.result().unwrap(), n * n);
        }
        eprintln!("100,000 tasks: {:?}", started.elapsed());
        let started = Instant::now();
        for n in 0..1000 {
            assert_eq!(pool.submit(square, n).result().unwrap(), n * n);
        }
        eprintln!("a round trip: {:?}", started.elapsed() / 1000);
        pool.shutdown(Shutdown::Wait);
    });
}

fn same(payload: Vec<u8>) -> Vec<u8> {
    payload
}

#[test]
fn payloads_larger_than_a_socket_travel() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        for len in [0, 1, 100_000, 1 << 20, 20 << 20, 3] {
            let payloads = [7_u8, 8, 9].map(|byte| vec![byte; len]);
            let futures = payloads.clone().map(|payload| pool.submit(same, payload));
            for (future, payload) in futures.into_iter().zip(payloads) {
                assert!(future.result().unwrap() == payload, "{len} bytes");
            }
        }
    });
}

fn slow_zero(n: u64) -> u64 {
    if n == 0 {
        std::thread::sleep(Duration::from_millis(300));
    }
    n
}

#[test]
fn chunks_behind_a_long_one_go_to_a_free_worker() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
        for _ in 0..3 {
            let order: Vec<usize> = pool.map(slow_zero, 0..40).chunksize(2).unordered().map(|(i, _)| i).collect();
            assert_eq!(order.len(), 40);
            assert_eq!(order[38..], [0, 1], "{order:?}");
        }
    });
}
