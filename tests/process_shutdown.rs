//! The end of a process pool: what has run, what has not, and that no worker is left.

use std::thread;
use std::time::{Duration, Instant};

use concurrent_futures::{Error, Future, ProcessPool, Shutdown};
use concurrent_futures_suite::{Door, Scratch, is_alive, pass, signal, status_of, timed, until};

fn square(n: u64) -> u64 {
    n * n
}

fn mark(door: Door) {
    door.mark("ran");
}

/// One worker that holds a task at a door, and ten more that wait, some of them on their way to the worker.
fn busy(scratch: &Scratch, retries: u32) -> (ProcessPool, Door, Future<u32>, Vec<Future<()>>) {
    let door = scratch.door();
    let pool = ProcessPool::builder().workers(1).retries(retries).build().unwrap();
    let running = pool.submit(pass, door.clone());
    door.wait_for(1);
    let waiting = (0..200).map(|_| pool.submit(mark, door.clone())).collect();
    (pool, door, running, waiting)
}

fn kinds<T>(futures: Vec<Future<T>>, is_kind: impl Fn(&Error) -> bool) -> bool {
    futures.into_iter().all(|future| future.result().is_err_and(|error| is_kind(&error)))
}

#[test]
fn wait_runs_everything_and_leaves_no_process() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        let scratch = Scratch::new();
        let door = scratch.door();
        let both: Vec<_> = (0..2).map(|_| pool.submit(pass, door.clone())).collect();
        door.wait_for(2);
        let workers = pool.worker_pids();
        assert_eq!(workers.len(), 2);
        let futures: Vec<_> = (0..50).map(|n| pool.submit(square, n)).collect();
        door.open();
        pool.shutdown(Shutdown::Wait);
        assert!(both.into_iter().all(|future| future.is_done() && future.result().is_ok()));
        assert!(pool.worker_pids().is_empty());
        assert!(workers.into_iter().all(|pid| status_of(pid).is_none()), "not even a zombie");
        for (n, future) in (0..).zip(futures) {
            assert!(future.is_done());
            assert_eq!(future.result().unwrap(), n * n);
        }
        assert!(pool.submit(square, 1).result().unwrap_err().is_shutdown());
        pool.shutdown(Shutdown::Kill);
    });
}

#[test]
fn callbacks_have_run_when_it_returns() {
    timed(|| {
        for _ in 0..20 {
            let pool = ProcessPool::new(1).unwrap();
            let (tell, told) = std::sync::mpsc::channel();
            pool.submit(square, 3).on_done(move |result| {
                thread::sleep(Duration::from_millis(5));
                tell.send(result.is_ok()).unwrap();
            });
            drop(pool);
            assert_eq!(told.try_recv(), Ok(true));
        }
    });
}

#[test]
fn a_pool_is_dropped_in_its_own_callback() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let future = pool.submit(square, 3);
        let (tell, told) = std::sync::mpsc::channel();
        future.on_done(move |_| {
            drop(pool);
            tell.send(()).unwrap();
        });
        told.recv().unwrap();
        assert_eq!(future.result().unwrap(), 9);
    });
}

#[test]
fn cancel_pending_runs_what_has_started_and_nothing_else() {
    timed(|| {
        let scratch = Scratch::new();
        let (pool, door, running, waiting) = busy(&scratch, 0);
        thread::scope(|scope| {
            scope.spawn(|| pool.shutdown(Shutdown::CancelPending));
            assert!(kinds(waiting, Error::is_cancelled));
            door.open();
        });
        assert!(running.result().is_ok());
        assert_eq!((door.marks("finished"), door.marks("ran")), (1, 0));
    });
}

#[test]
fn kill_ends_what_runs_whatever_its_retries() {
    timed(|| {
        let scratch = Scratch::new();
        for retries in [0, 3] {
            let (pool, door, running, waiting) = busy(&scratch, retries);
            let workers = pool.worker_pids();
            pool.shutdown(Shutdown::Kill);
            let error = running.result().unwrap_err();
            assert!(error.is_worker_died() && error.signal() == Some(libc::SIGKILL), "{error}");
            assert!(kinds(waiting, Error::is_cancelled));
            assert_eq!((door.arrived(), door.marks("finished"), door.marks("ran")), (1, 0, 0));
            assert!(workers.into_iter().all(|pid| status_of(pid).is_none()));
        }
    });
}

#[test]
fn killed_and_terminated_workers_are_not_replaced() {
    timed(|| {
        let scratch = Scratch::new();
        type End = fn(&ProcessPool);
        let ends: [(End, i32); 2] =
            [(ProcessPool::terminate_workers, libc::SIGTERM), (ProcessPool::kill_workers, libc::SIGKILL)];
        for (end, expected) in ends {
            for retries in [0, 3] {
                let (pool, door, running, waiting) = busy(&scratch, retries);
                let worker = pool.worker_pids()[0];
                end(&pool);
                let error = running.result().unwrap_err();
                assert!(error.is_worker_died() && error.signal() == Some(expected), "{error}");
                assert!(kinds(waiting, Error::is_shutdown));
                assert!(pool.submit(square, 1).result().unwrap_err().is_shutdown());
                until(|| !is_alive(worker));
                end(&pool);
                pool.shutdown(Shutdown::Wait);
                end(&pool);
                assert_eq!((door.arrived(), door.marks("finished"), door.marks("ran")), (1, 0, 0));
            }
        }
    });
}

#[test]
fn ending_the_workers_of_a_fresh_pool_only_closes_it() {
    timed(|| {
        for end in [ProcessPool::terminate_workers, ProcessPool::kill_workers] {
            let pool = ProcessPool::new(2).unwrap();
            end(&pool);
            assert!(pool.submit(square, 1).result().unwrap_err().is_shutdown());
            assert!(pool.worker_pids().is_empty(), "none was started for that");
            end(&pool);
        }
    });
}

#[test]
fn ending_the_workers_of_a_broken_pool_is_no_error() {
    timed(|| {
        for end in [ProcessPool::terminate_workers, ProcessPool::kill_workers] {
            let broken = ProcessPool::builder().workers(2).initializer(|| panic!("no licence")).build().unwrap();
            assert!(broken.submit(square, 1).result().unwrap_err().is_spawn());
            end(&broken);
            assert!(broken.submit(square, 1).result().is_err());
            let pool = ProcessPool::new(1).unwrap();
            let crash: Future<u64> = pool.spawn(|| std::process::abort());
            assert!(crash.result().unwrap_err().is_worker_died());
            end(&pool);
            assert!(pool.submit(square, 1).result().unwrap_err().is_shutdown());
        }
    });
}

#[test]
fn one_task_a_worker_and_an_immediate_shutdown() {
    timed(|| {
        for workers in [1, 2, 3, 4] {
            let pool = ProcessPool::builder().workers(workers).max_tasks_per_child(1).build().unwrap();
            let futures: Vec<_> = (0..6).map(|n| pool.submit(square, n)).collect();
            let fails = pool.spawn(|| -> u64 { panic!("one that fails") });
            drop(pool);
            assert!(futures.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
            assert!(fails.result().is_err());
        }
    });
}

#[test]
fn submit_then_cancel_then_wait() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let future = pool.spawn(|| thread::sleep(Duration::from_secs(3600)));
        assert!(future.cancel());
        let started = Instant::now();
        pool.shutdown(Shutdown::Wait);
        assert!(started.elapsed() < Duration::from_secs(5));
    });
}

#[test]
fn a_task_about_to_crash_does_not_hold_it() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let crash = pool.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            std::process::abort()
        });
        let crash: Future<u8> = crash;
        pool.shutdown(Shutdown::Wait);
        assert!(crash.result().unwrap_err().is_worker_died());
    });
}

#[test]
fn a_worker_that_was_stopped_does_not_hold_it() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let worker = pool.spawn(std::process::id).result().unwrap();
        signal(worker.into(), libc::SIGSTOP);
        drop(pool);
        assert!(status_of(worker).is_none());
    });
}

#[test]
fn a_worker_that_hangs_at_its_exit_does_not_hold_it() {
    timed(|| {
        extern "C" fn hang() {
            thread::sleep(Duration::from_secs(3600));
        }
        let pool = ProcessPool::builder().workers(1).max_tasks_per_child(1).build().unwrap();
        let hangs = || {
            // SAFETY: the function touches nothing.
            unsafe { libc::atexit(hang) };
            std::process::id()
        };
        let worker = pool.spawn(hangs).result().unwrap();
        // Nor does it hold other workers and their tasks.
        assert!(pool.submit(square, 3).wait_timeout(Duration::from_secs(3)));
        assert!(is_alive(worker));
        drop(pool);
        assert!(status_of(worker).is_none());
    });
}
