//! Limits of tasks in processes: time, tries, cancelling, and how many tasks a worker runs.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use concurrent_futures::{Future, ProcessPool, Shutdown};
use concurrent_futures_suite::{Door, Scratch, is_alive, nap, pass, signal, timed, until};

fn pid(_: u64) -> u32 {
    std::process::id()
}

#[test]
fn a_task_that_runs_too_long_is_killed_and_the_others_are_not() {
    timed(|| {
        let pool = ProcessPool::builder().workers(2).timeout(Duration::from_millis(300)).build().unwrap();
        let long = pool.submit(nap, 60_000);
        let short: Vec<_> = (0..50).map(|_| pool.submit(nap, 1)).collect();
        let started = Instant::now();
        let error = long.result().unwrap_err();
        assert!(error.is_timeout() && error.worker_pid().is_some(), "{error}");
        assert!(started.elapsed() < Duration::from_secs(20));
        assert!(short.into_iter().all(|future| future.result().is_ok()));
    });
}

#[test]
fn the_time_counts_from_the_start_of_the_task() {
    timed(|| {
        // Four tasks of half a second on one worker: the last ends after two.
        let pool = ProcessPool::builder().workers(1).timeout(Duration::from_millis(1500)).build().unwrap();
        let futures: Vec<_> = (0..4).map(|_| pool.submit(nap, 500)).collect();
        assert!(futures.into_iter().all(|future| future.result().is_ok()));
    });
}

#[test]
fn a_task_that_always_runs_too_long_is_tried_so_often() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::builder().workers(2).timeout(Duration::from_millis(200)).retries(2).build().unwrap();
        let error = pool.submit(pass, door.clone()).result().unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert_eq!((door.arrived(), door.marks("finished")), (3, 0));
    });
}

#[test]
fn a_worker_that_was_stopped_runs_too_long() {
    timed(|| {
        let pool = ProcessPool::builder().workers(1).timeout(Duration::from_millis(300)).build().unwrap();
        let worker = pool.submit(pid, 0).result().unwrap();
        let running = pool.submit(nap, 50);
        until(|| running.is_running() || running.is_done());
        signal(worker.into(), libc::SIGSTOP);
        let next = pool.submit(pid, 0);
        // It was stopped before its end, or just after.
        assert!(running.result().map_or_else(|error| error.is_timeout(), |value| value == 50));
        if let Ok(other) = next.result() {
            assert_ne!(other, worker);
        }
        assert_ne!(pool.submit(pid, 0).result().unwrap(), worker);
    });
}

#[test]
fn a_task_that_crashes_is_tried_again_and_a_panic_is_not() {
    timed(|| {
        let scratch = Scratch::new();
        let (crashes, panics) = (scratch.door(), scratch.door());
        let pool = ProcessPool::builder().workers(2).retries(2).build().unwrap();
        let third_time = |door: Door| {
            door.mark("tried");
            if door.marks("tried") < 3 {
                std::process::abort();
            }
            door.marks("tried")
        };
        assert_eq!(pool.submit(third_time, crashes.clone()).result().unwrap(), 3);
        let panics_at_once = |door: Door| {
            door.mark("tried");
            panic!("for good")
        };
        let panic: Future<()> = pool.submit(panics_at_once, panics.clone());
        assert!(panic.result().unwrap_err().is_panic());
        assert_eq!(panics.marks("tried"), 1);
    });
}

#[test]
fn a_task_that_waits_is_cancelled_and_never_runs() {
    timed(|| {
        let scratch = Scratch::new();
        let (first, second) = (scratch.door(), scratch.door());
        let pool = ProcessPool::new(1).unwrap();
        let running = pool.submit(pass, first.clone());
        first.wait_for(1);
        // The first of these have been sent to the worker, the last have not.
        let waiting: Vec<_> = (0..200).map(|_| pool.submit(pass, second.clone())).collect();
        for future in &waiting {
            assert!(!future.is_running() && future.cancel() && future.is_cancelled());
            assert!(future.cancel(), "again");
        }
        first.open();
        assert_eq!(running.result().unwrap(), pool.submit(pid, 0).result().unwrap(), "its worker was left alone");
        assert_eq!(second.arrived(), 0);
        assert!(waiting.into_iter().all(|future| future.result().unwrap_err().is_cancelled()));
    });
}

#[test]
fn a_running_task_is_cancelled_by_the_end_of_its_worker() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::builder().workers(1).retries(5).build().unwrap();
        let running = pool.submit(pass, door.clone());
        door.wait_for(1);
        let worker = pool.worker_pids()[0];
        let behind: Vec<_> = (0..20).map(|n| pool.submit(pid, n)).collect();
        assert!(running.is_running() && running.cancel() && !running.is_running());
        assert!(running.result().unwrap_err().is_cancelled());
        for future in behind {
            assert_ne!(future.result().unwrap(), worker);
        }
        until(|| !is_alive(worker));
        door.open();
        assert_eq!((door.arrived(), door.marks("finished")), (1, 0));
    });
}

#[test]
fn a_cancelled_task_is_cancelled_and_not_killed_by_somebody() {
    timed(|| {
        let scratch = Scratch::new();
        let pool = ProcessPool::new(2).unwrap();
        // The end of the worker must not be told before the cancelling.
        for _ in 0..100 {
            let door = scratch.door();
            let running = pool.submit(pass, door.clone());
            door.wait_for(1);
            assert!(running.cancel());
            assert!(running.result().unwrap_err().is_cancelled());
        }
    });
}

#[test]
fn a_task_is_cancelled_or_runs_and_its_neighbours_do_not_notice() {
    timed(|| {
        let scratch = Scratch::new();
        let pool = ProcessPool::new(2).unwrap();
        let mark = |door: Door| {
            door.mark("ran");
            thread::sleep(Duration::from_micros(300));
        };
        let mut n_cancelled = 0;
        for round in 0..60 {
            let door = scratch.door();
            let neighbours: Vec<_> = (0..10).map(|n| pool.submit(pid, n)).collect();
            let future = pool.submit(mark, door.clone());
            let behind: Vec<_> = (0..10).map(|n| pool.submit(pid, n)).collect();
            thread::sleep(Duration::from_micros(round * 20));
            let cancelled = future.cancel();
            n_cancelled += u32::from(cancelled);
            let result = future.result();
            assert_eq!(result.is_err_and(|error| error.is_cancelled()), cancelled);
            if !cancelled {
                assert_eq!(door.marks("ran"), 1);
            }
            for future in neighbours.into_iter().chain(behind) {
                future.result().unwrap();
            }
        }
        assert!(n_cancelled > 0);
    });
}

#[test]
fn a_worker_is_replaced_after_so_many_tasks() {
    timed(|| {
        let pool = ProcessPool::builder().workers(1).max_tasks_per_child(3).build().unwrap();
        let pids: Vec<_> = (0..7).map(|n| pool.submit(pid, n).result().unwrap()).collect();
        let (first, second) = (pids[0], pids[3]);
        assert_eq!(pids[..6], [first, first, first, second, second, second]);
        assert!(first != second && pids[6] != second);
        until(|| pool.worker_pids() == [pids[6]]);
    });
}

#[test]
fn a_worker_is_replaced_within_a_chunk_too() {
    timed(|| {
        let pool = ProcessPool::builder().workers(2).max_tasks_per_child(3).build().unwrap();
        let pids: Vec<_> = pool.map(pid, 0..20).chunksize(10).collect::<Result<_, _>>().unwrap();
        for pid in &pids {
            assert!(pids.iter().filter(|other| *other == pid).count() <= 3, "{pids:?}");
        }
    });
}

#[test]
fn what_was_taken_back_does_not_count_as_run() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::builder().workers(1).max_tasks_per_child(5).build().unwrap();
        let running = pool.submit(pass, door.clone());
        door.wait_for(1);
        let worker = pool.worker_pids()[0];
        let waiting: Vec<_> = (0..10).map(|n| pool.submit(pid, n)).collect();
        waiting.iter().for_each(|future| assert!(future.cancel()));
        door.open();
        running.result().unwrap();
        let pids: Vec<_> = (0..5).map(|n| pool.submit(pid, n).result().unwrap()).collect();
        assert!(pids[..4].iter().all(|pid| *pid == worker) && pids[4] != worker, "{worker}: {pids:?}");
    });
}

#[test]
fn a_backlog_larger_than_the_workers_may_run() {
    timed(|| {
        for (workers, max_tasks, n) in [(1, 2, 6), (2, 2, 8), (3, 1, 6)] {
            let pool = ProcessPool::builder().workers(workers).max_tasks_per_child(max_tasks).build().unwrap();
            let futures: Vec<_> = (0..n).map(|n| pool.submit(nap, n)).collect();
            assert!(futures.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n));
            let futures: Vec<_> = (0..n).map(|n| pool.submit(nap, n)).collect();
            pool.shutdown(Shutdown::Wait);
            assert!(futures.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n));
        }
    });
}

#[test]
fn many_blocked_tasks_start_exactly_as_many_workers() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(3).unwrap();
        let futures: Vec<_> = (0..45).map(|_| pool.submit(pass, door.clone())).collect();
        door.wait_for(3);
        thread::sleep(Duration::from_millis(50));
        assert_eq!((door.arrived(), pool.worker_pids().len()), (3, 3));
        door.open();
        let workers: HashSet<u32> = futures.into_iter().map(|future| future.result().unwrap()).collect();
        assert_eq!(workers.len(), 3);
    });
}

#[test]
fn workers_are_started_when_they_are_needed() {
    timed(|| {
        let pool = ProcessPool::new(4).unwrap();
        assert!(pool.worker_pids().is_empty());
        let first = pool.submit(pid, 0).result().unwrap();
        assert!((1..5).all(|n| pool.submit(pid, n).result().unwrap() == first), "an idle one is used again");
        assert_eq!(pool.worker_pids(), [first]);
        // Awaited and not: no more than there is work for at once.
        for n in 0..3 {
            drop(pool.submit(pid, n));
            pool.submit(pid, n).result().unwrap();
        }
        assert!(pool.worker_pids().len() <= 3);
    });
}
