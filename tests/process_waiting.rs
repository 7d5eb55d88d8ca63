//! Who waits for a task in a worker hears the answer from the worker itself, and is woken by whatever else ends the task.

#![cfg(unix)]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use concurrent_futures::{Canceller, Error, Future, ProcessPool, ReturnWhen, Shutdown, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Door, Scratch, block_on, nap, pass, signal, status_of, timed, until};

const MOMENT: Duration = Duration::from_millis(20);

fn square(n: u64) -> u64 {
    n * n
}

fn abort(_: u64) -> u64 {
    std::process::abort()
}

/// A pool whose workers serve, and are idle.
fn idle(n_workers: usize) -> ProcessPool {
    let pool = ProcessPool::new(n_workers).unwrap();
    let warm: Vec<_> = (0..n_workers).map(|_| pool.submit(nap, 20)).collect();
    assert!(warm.into_iter().all(|future| future.result().is_ok()));
    pool
}

/// Has a thread wait for a task that stands at a closed door, and something done to it then. Gives what the thread got.
fn while_somebody_waits(pool: &ProcessPool, act: impl FnOnce(&Door, Canceller)) -> Result<u32, Error> {
    let scratch = Scratch::new();
    let door = scratch.door();
    let future = pool.submit(pass, door.clone());
    let canceller = future.canceller();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| future.result());
        door.wait_for(1);
        // The waiter sleeps by now, or will see what was done before it does.
        thread::sleep(MOMENT);
        act(&door, canceller);
        waiter.join().unwrap()
    })
}

/// How often a thread of this process with this name has slept.
fn sleeps_of(name: &str) -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
    let read = |file: &str, task: &std::path::Path| std::fs::read_to_string(task.join(file)).unwrap_or_default();
    let task = tasks.into_iter().find(|task| read("comm", task).trim() == name).expect("a thread of that name");
    let status = read("status", &task);
    let sleeps = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    sleeps.expect("Linux counts them").trim().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_round_trip_leaves_the_supervisor_asleep() {
    timed(|| {
        let pool = ProcessPool::builder().workers(1).name("led").timeout(Duration::from_secs(600)).build().unwrap();
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
        let before = sleeps_of("led");
        (0..100).for_each(|_| assert_eq!(pool.submit(nap, 2).result().unwrap(), 2));
        let sleeps = sleeps_of("led") - before;
        assert!(sleeps < 50, "woken {sleeps} times for 100 round trips");
    });
}

#[test]
fn what_nobody_waits_for_is_heard_between_round_trips() {
    timed(|| {
        let pool = idle(1);
        let round_trips = || (0..100).for_each(|n| assert_eq!(pool.submit(square, n).result().unwrap(), n * n));
        for _ in 0..10 {
            round_trips();
            let (tell, told) = mpsc::channel();
            pool.submit(square, 3).on_done(move |result| tell.send(*result.as_ref().unwrap()).unwrap());
            assert_eq!(told.recv().unwrap(), 9);
            round_trips();
            assert_eq!(block_on(pool.submit(square, 4)).unwrap(), 16);
            round_trips();
            let of_another = thread::scope(|scope| scope.spawn(|| block_on(pool.submit(square, 5))).join().unwrap());
            assert_eq!(of_another.unwrap(), 25);
        }
    });
}

#[test]
fn a_cancel_wakes_who_waits() {
    timed(|| {
        let pool = idle(1);
        for _ in 0..5 {
            let result = while_somebody_waits(&pool, |_, canceller| assert!(canceller.cancel()));
            assert!(result.unwrap_err().is_cancelled());
        }
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    });
}

#[test]
fn the_death_of_the_worker_wakes_who_waits() {
    timed(|| {
        let pool = idle(1);
        for _ in 0..5 {
            let result = while_somebody_waits(&pool, |_, _| signal(pool.worker_pids()[0].into(), libc::SIGKILL));
            assert!(result.unwrap_err().is_worker_died());
        }
        assert!(pool.submit(abort, 0).result().unwrap_err().is_worker_died());
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    });
}

#[test]
fn the_end_of_the_pool_wakes_who_waits() {
    timed(|| {
        let killed = idle(1);
        let result = while_somebody_waits(&killed, |_, _| killed.shutdown(Shutdown::Kill));
        assert!(result.unwrap_err().is_worker_died());
        let killed = idle(1);
        let result = while_somebody_waits(&killed, |_, _| killed.kill_workers());
        assert!(result.unwrap_err().is_worker_died());
        let waits = idle(1);
        let result = while_somebody_waits(&waits, |door, _| {
            thread::scope(|scope| {
                scope.spawn(|| waits.shutdown(Shutdown::Wait));
                thread::sleep(MOMENT);
                door.open();
            });
        });
        assert!(result.is_ok());
    });
}

#[test]
fn a_limit_ends_the_wait_also_after_others_of_the_same_length() {
    timed(|| {
        let pool = ProcessPool::builder().workers(1).timeout(Duration::from_millis(200)).build().unwrap();
        for _ in 0..3 {
            (0..50).for_each(|n| assert_eq!(pool.submit(square, n).result().unwrap(), n * n));
            let error = pool.submit(nap, 3_600_000).result().unwrap_err();
            assert!(error.is_timeout(), "{error}");
        }
    });
}

#[test]
fn a_wait_with_a_deadline_ends_there_and_the_answer_still_comes() {
    timed(|| {
        let (pool, scratch) = (idle(1), Scratch::new());
        let door = scratch.door();
        let future = pool.submit(pass, door.clone());
        for millis in [0, 1, 10] {
            assert!(!future.wait_timeout(Duration::from_millis(millis)));
        }
        door.open();
        assert!(future.wait_timeout(Duration::from_secs(60)));
        assert!(future.result().is_ok());
    });
}

#[test]
fn two_wait_for_two_tasks_of_one_worker() {
    timed(|| {
        let (pool, scratch) = (idle(1), Scratch::new());
        let door = scratch.door();
        let (first, second) = (pool.submit(pass, door.clone()), pool.submit(square, 3));
        thread::scope(|scope| {
            let first = scope.spawn(|| first.result());
            let second = scope.spawn(|| second.result());
            door.wait_for(1);
            thread::sleep(MOMENT);
            door.open();
            assert!(first.join().unwrap().is_ok());
            assert_eq!(second.join().unwrap().unwrap(), 9);
        });
    });
}

#[test]
fn two_wait_for_one_task() {
    timed(|| {
        let (pool, scratch) = (idle(1), Scratch::new());
        let door = scratch.door();
        let future = pool.submit(pass, door.clone());
        thread::scope(|scope| {
            let waiters = [scope.spawn(|| future.wait()), scope.spawn(|| future.wait())];
            door.wait_for(1);
            thread::sleep(MOMENT);
            door.open();
            waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
        });
        assert!(future.result().is_ok());
    });
}

#[test]
fn an_answer_that_the_worker_keeps_back_reaches_who_waits() {
    timed(|| {
        let (pool, scratch) = (idle(1), Scratch::new());
        let (worker, door) = (pool.worker_pids()[0], scratch.door());
        signal(worker.into(), libc::SIGSTOP);
        until(|| status_of(worker) == Some('T'));
        let short = pool.submit(square, 3);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| short.result());
            thread::sleep(MOMENT);
            // In the same packet for the worker, which does not answer before it stands at the door.
            let long = pool.submit(pass, door.clone());
            signal(worker.into(), libc::SIGCONT);
            assert_eq!(waiter.join().unwrap().unwrap(), 9);
            door.open();
            assert!(long.result().is_ok());
        });
    });
}

#[test]
fn a_task_of_a_thread_pool_that_waits_makes_room_for_another() {
    timed(|| {
        let (pool, scratch) = (idle(1), Scratch::new());
        let (threads, door) = (ThreadPool::new(1).unwrap(), scratch.door());
        let future = pool.submit(pass, door.clone());
        let waits = threads.spawn(move || future.result().is_ok());
        door.wait_for(1);
        let opens = threads.spawn(move || door.open());
        assert!(opens.result().is_ok());
        assert!(waits.result().unwrap());
    });
}

#[test]
fn a_callback_that_waits_for_the_same_pool_holds_up_nobody() {
    timed(|| {
        let (pool, scratch) = (idle(1), Scratch::new());
        let door = scratch.door();
        let (tell, told) = std::sync::mpsc::channel();
        let future = pool.submit(pass, door.clone());
        let other = pool.submit(square, 3);
        future.on_done(move |_| tell.send((thread::current().id(), other.result().unwrap())).unwrap());
        thread::scope(|scope| {
            scope.spawn(|| {
                door.wait_for(1);
                thread::sleep(MOMENT);
                door.open();
            });
            future.wait();
        });
        let (there, value) = told.recv().unwrap();
        assert_eq!(value, 9);
        assert_ne!(there, thread::current().id(), "callbacks do not run on a thread that waits");
    });
}

/// Threads that submit, wait, cancel, give up and crash tasks of the same two workers.
#[test]
fn everything_at_once() {
    fn act(pool: &ProcessPool, seed: u64) {
        match seed % 10 {
            0 => assert!(pool.submit(abort, seed).result().unwrap_err().is_worker_died()),
            1 => {
                let future = pool.submit(nap, 3_600_000);
                let canceller = future.canceller();
                thread::scope(|scope| {
                    let waiter = scope.spawn(|| future.result());
                    thread::sleep(Duration::from_micros(seed % 700));
                    canceller.cancel();
                    assert!(waiter.join().unwrap().is_err());
                });
            }
            2 => {
                let mut futures: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
                while let Some(future) = futures.pop() {
                    check(future, futures.len() as u64);
                }
            }
            3 => {
                let future = pool.submit(nap, seed % 3);
                future.wait_timeout(Duration::from_micros(seed % 2000));
                drop(future);
            }
            4 => {
                let futures: Vec<_> = (0..3).map(|n| pool.submit(square, n)).collect();
                assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None).0.len(), 3);
            }
            5 => as_completed((0..3).map(|n| pool.submit(square, n))).for_each(|(n, result)| agree(result, n as u64)),
            6 => agree(block_on(pool.submit(square, seed)), seed),
            7 => pool.map(square, 0..50).zip(0..).for_each(|(result, n)| agree(result, n)),
            _ => (0..10).for_each(|n| check(pool.submit(square, n), n)),
        }
    }

    fn check(future: Future<u64>, n: u64) {
        agree(future.result(), n);
    }

    /// Others crash and are killed, but no task shares their fate.
    fn agree(result: Result<u64, Error>, n: u64) {
        assert_eq!(result.unwrap(), n.wrapping_mul(n));
    }

    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        thread::scope(|scope| {
            for thread in 0..4_u64 {
                let pool = &pool;
                scope.spawn(move || {
                    let seeds = (0..60).map(|n| (thread * 1000 + n).wrapping_mul(6_364_136_223_846_793_005) >> 33);
                    seeds.for_each(|seed| act(pool, seed));
                });
            }
        });
    });
}
