//! The initializer of a process pool: before the first task of each worker; what goes wrong in it ends what waits.

use std::sync::atomic::{AtomicU64, Ordering};

use concurrent_futures::{ProcessPool, ProcessPoolBuilder, Shutdown};
use concurrent_futures_suite::{Probe, descriptors, n_children, threads_named, timed, until};

static SET_BY_INITIALIZER: AtomicU64 = AtomicU64::new(0);

fn look() -> (u32, u64) {
    (std::process::id(), SET_BY_INITIALIZER.load(Ordering::Relaxed))
}

fn square(n: u64) -> u64 {
    n * n
}

fn builder() -> ProcessPoolBuilder {
    ProcessPool::builder().workers(2)
}

#[test]
fn it_runs_once_in_each_worker_and_not_here() {
    timed(|| {
        let initializer = || {
            SET_BY_INITIALIZER.fetch_add(1, Ordering::Relaxed);
        };
        let pool = builder().initializer(initializer).max_tasks_per_child(2).build().unwrap();
        let seen: Vec<_> = (0..10).map(|_| pool.submit(look, ())).map(|future| future.result().unwrap()).collect();
        assert!(seen.iter().all(|(_, set)| *set == 1), "{seen:?}");
        assert_eq!(SET_BY_INITIALIZER.load(Ordering::Relaxed), 0, "statics are per process");
    });
}

#[test]
fn its_panic_is_the_error_of_all_that_waits_and_all_that_comes() {
    timed(|| {
        let pool = builder().initializer(|| panic!("no licence")).build().unwrap();
        let waiting: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
        for future in waiting {
            let error = future.result().unwrap_err();
            assert!(error.is_spawn() && error.to_string().contains("no licence"), "{error}");
        }
        let error = pool.submit(square, 1).result().unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("no licence"), "{error}");
        let mapped: Vec<_> = pool.map(square, 0..20).chunksize(3).collect();
        assert!(mapped.len() == 20 && mapped.iter().all(|result| result.as_ref().is_err_and(|error| error.is_spawn())));
        // No worker is started for what can never run.
        until(|| pool.worker_pids().is_empty());
    });
}

#[test]
fn a_cancelled_future_does_not_keep_the_others_waiting() {
    timed(|| {
        let pool = ProcessPool::builder().workers(1).initializer(|| panic!("no licence")).build().unwrap();
        let waiting: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
        waiting[2].cancel();
        for future in waiting {
            let error = future.result().unwrap_err();
            assert!(error.is_spawn() || error.is_cancelled(), "{error}");
        }
    });
}

#[test]
fn one_that_ends_the_process_is_an_error_in_bounded_time() {
    timed(|| {
        let ends: [ProcessPoolBuilder; 2] =
            [builder().initializer(|| std::process::exit(3)), builder().initializer(|| std::process::abort())];
        for builder in ends {
            let pool = builder.build().unwrap();
            let waiting: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
            for future in waiting {
                let error = future.result().unwrap_err();
                assert!(error.is_spawn() && error.to_string().contains("before they are ready"), "{error}");
            }
            assert!(pool.submit(square, 1).result().unwrap_err().is_spawn());
            pool.shutdown(Shutdown::Wait);
        }
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn fails_in_many_pools() {
    let fail = || {
        let pool = builder().initializer(|| panic!("no licence")).build().unwrap();
        assert!(pool.submit(square, 1).result().unwrap_err().is_spawn());
        pool
    };
    let shared = || std::fs::read_to_string("/proc/self/maps").unwrap().matches("memfd:").count();
    let threads = || threads_named("");
    fail().shutdown(Shutdown::Wait);
    until(|| threads_named("concurrent-proc") == 0);
    let before = (descriptors(), shared(), threads());
    for n in 0..12 {
        let pool = fail();
        match n % 4 {
            0 => drop(pool),
            1 => pool.shutdown(Shutdown::Wait),
            2 => pool.shutdown(Shutdown::Kill),
            _ => {
                pool.terminate_workers();
                pool.kill_workers();
                drop(pool);
            }
        }
        assert_eq!(n_children(), 0, "no process, not even a zombie");
    }
    // The last act of a supervisor is after the pool's end.
    until(|| (descriptors(), shared(), threads()) == before);
}

#[test]
fn a_failed_one_leaves_nothing_and_is_told() {
    timed(|| {
        let (_, err) = Probe::new("fails_in_many_pools").run();
        assert!(err.matches("no licence").count() >= 13, "{err}");
    });
}
