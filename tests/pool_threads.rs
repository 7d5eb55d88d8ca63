//! Threads start when tasks need them, at most as many as there are workers, and are used again.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use concurrent_futures::ThreadPool;
use concurrent_futures_suite::{Gate, threads_named, timed};

fn name() -> String {
    thread::current().name().unwrap().to_owned()
}

#[test]
fn an_idle_thread_is_used_again() {
    timed(|| {
        for _ in 0..100 {
            let pool = ThreadPool::builder().workers(4).name("io").build().unwrap();
            for _ in 0..3 {
                assert_eq!(pool.submit(name, ()).result().unwrap(), "io-0");
            }
        }
    });
}

#[test]
fn many_blocked_tasks_start_exactly_as_many_threads_as_there_are_workers() {
    timed(|| {
        let pool = ThreadPool::builder().workers(4).name("full").build().unwrap();
        let gate = Gate::new();
        let futures: Vec<_> = (0..60)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || {
                    gate.pass();
                    name()
                })
            })
            .collect();
        gate.wait_for(4);
        thread::sleep(Duration::from_millis(30)); // time for one too many
        #[cfg(target_os = "linux")]
        assert_eq!(threads_named("full-"), 4);
        assert_eq!(gate.arrived(), 4);
        gate.open();
        let names: BTreeSet<_> = futures.into_iter().map(|future| future.result().unwrap()).collect();
        assert!(names.iter().eq(["full-0", "full-1", "full-2", "full-3"]), "{names:?}");
    });
}

#[test]
fn by_default_as_many_tasks_block_at_once_as_there_are_workers() {
    timed(|| {
        let pool = ThreadPool::builder().build().unwrap();
        let gate = Gate::new();
        let futures: Vec<_> = (0..2 * pool.workers())
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || gate.pass())
            })
            .collect();
        gate.wait_for(pool.workers());
        thread::sleep(Duration::from_millis(30)); // time for one too many
        assert_eq!(gate.arrived(), pool.workers());
        gate.open();
        futures.into_iter().for_each(|future| future.result().unwrap());
    });
}

#[test]
fn a_blocked_thread_does_not_count_as_idle() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let gate = Gate::new();
        let blocked: Vec<_> = (0..2)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || gate.pass())
            })
            .collect();
        gate.wait_for(2);
        for n in 0..10 {
            assert_eq!(pool.spawn(move || n).result().unwrap(), n);
        }
        gate.open();
        drop(blocked);
    });
}

#[test]
fn tasks_behind_many_short_ones_find_every_thread() {
    timed(|| {
        let pool = ThreadPool::new(4).unwrap();
        for round in 0..1000 {
            let short: Vec<_> = (0..round % 100).map(|n| pool.spawn(move || n)).collect();
            let gate = Gate::new();
            let long: Vec<_> = (0..4)
                .map(|_| {
                    let gate = gate.clone();
                    pool.spawn(move || gate.pass())
                })
                .collect();
            gate.wait_for(4);
            gate.open();
            assert!(short.into_iter().map(|future| future.result().unwrap()).eq(0..round % 100));
            long.into_iter().for_each(|future| future.result().unwrap());
        }
    });
}

#[test]
fn default_names_tell_pools_apart() {
    timed(|| {
        let (one, other) = (ThreadPool::new(1).unwrap(), ThreadPool::new(1).unwrap());
        let names = [one.submit(name, ()).result().unwrap(), other.submit(name, ()).result().unwrap()];
        assert!(names.iter().all(|name| name.starts_with("concurrent-") && name.ends_with("-0")), "{names:?}");
        assert_ne!(names[0], names[1]);
    });
}

#[test]
fn the_stack_is_as_large_as_the_main_threads() {
    /// Uses about `kib` KiB of stack.
    fn descend(kib: usize) -> usize {
        let frame = std::hint::black_box([1_u8; 1024]);
        if kib == 0 { 0 } else { descend(kib - 1) + usize::from(frame[kib % 1024]) }
    }
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        // Twice the 2 MiB that threads have otherwise, and well within the usual 8.
        if cfg!(debug_assertions) {
            assert_eq!(pool.submit(descend, 1500).result().unwrap(), 1500);
        } else {
            assert_eq!(pool.submit(descend, 4000).result().unwrap(), 4000);
        }
    });
}

#[test]
fn no_worker_is_an_error() {
    timed(|| {
        let error = ThreadPool::new(0).unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("`workers` must be at least 1"), "{error}");
        assert_eq!(ThreadPool::new(3).unwrap().workers(), 3);
    });
}

#[test]
fn a_hundred_thousand_queued_tasks() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let futures: Vec<_> = (0..100_000_u64).map(|n| pool.spawn(move || n)).collect();
        let sum: u64 = futures.into_iter().map(|future| future.result().unwrap()).sum();
        assert_eq!(sum, 4_999_950_000);
    });
}

#[test]
fn panics_cost_no_threads() {
    timed(|| {
        let pool = ThreadPool::builder().workers(1).name("io").build().unwrap();
        std::panic::set_hook(Box::new(|_| ())); // a thousand reports help nobody
        for _ in 0..1000 {
            assert!(pool.spawn(|| panic!("expected")).result().unwrap_err().is_panic());
        }
        drop(std::panic::take_hook());
        assert_eq!(pool.submit(name, ()).result().unwrap(), "io-0");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn the_system_knows_the_names() {
    timed(|| {
        let pool = ThreadPool::builder().workers(1).name("io").build().unwrap();
        let name = pool.spawn(|| std::fs::read_to_string("/proc/thread-self/comm")).result().unwrap().unwrap();
        assert_eq!(name.trim(), "io-0");
    });
}

#[test]
fn a_thousand_workers() {
    timed(|| {
        let pool = ThreadPool::new(1000).unwrap();
        let gate = Gate::new();
        let futures: Vec<_> = (0..1000)
            .map(|n| {
                let gate = gate.clone();
                pool.spawn(move || {
                    gate.pass();
                    n
                })
            })
            .collect();
        gate.wait_for(1000);
        gate.open();
        assert!(futures.into_iter().map(|future| future.result().unwrap()).eq(0..1000));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn many_pools_leave_no_threads_and_no_descriptors() {
    timed(|| {
        let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        let before = descriptors();
        for _ in 0..200 {
            let pool = ThreadPool::builder().workers(2).name("leak").build().unwrap();
            assert!(pool.map(|n| n * n, 0..4_u64).map(Result::unwrap).eq([0, 1, 4, 9]));
        }
        assert_eq!(threads_named("leak"), 0);
        assert!(descriptors() <= before + 16, "other tests run beside this one, but not two hundred");
    });
}

#[test]
fn a_finite_map_ends_beside_an_endless_one() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let is_over = AtomicBool::new(false);
        let n_endless = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let results = pool.map(|n: u64| n, 0..).take_while(|_| !is_over.load(Ordering::SeqCst));
                results.for_each(|_| {
                    n_endless.fetch_add(1, Ordering::SeqCst);
                });
            });
            let mut steps = pool.map(|n: u64| n, 0..2000).map(Result::unwrap);
            for n in 0..2000 {
                assert_eq!(steps.next(), Some(n));
                if n % 100 == 0 {
                    // Neither starves the other: the endless one gets on while tasks of this one are queued.
                    let seen = n_endless.load(Ordering::SeqCst);
                    while n_endless.load(Ordering::SeqCst) == seen {
                        thread::yield_now();
                    }
                }
            }
            assert_eq!(steps.next(), None);
            is_over.store(true, Ordering::SeqCst);
        });
    });
}

#[test]
fn two_maps_on_one_pool_both_advance() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let mut endless = pool.map(|n: u64| n, 0..);
        let mut other = pool.map(|n: u64| n, 0..);
        for n in 0..1000 {
            assert_eq!(endless.next().unwrap().unwrap(), n);
            assert_eq!(other.next().unwrap().unwrap(), n);
        }
    });
}

concurrent_futures_suite::under_each_schedule!();
