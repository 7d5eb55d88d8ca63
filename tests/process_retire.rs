//! Workers that retire, after as many tasks as they may run, while their pool ends: what waits runs in workers that follow, or
//! is told that it will not, and nothing hangs or is left.

use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, SystemTime};

use concurrent_futures::{Error, Future, ProcessPool, Shutdown};
use concurrent_futures_suite::{Door, Random, Scratch, is_alive, pass, status_of, threads_named, timed, until};

fn pid() -> u32 {
    std::process::id()
}

fn mark(door: Door) {
    door.mark("ran");
}

fn one_task_a_worker(n_workers: usize, name: &str) -> ProcessPool {
    ProcessPool::builder().workers(n_workers).max_tasks_per_child(1).name(name).build().unwrap()
}

/// Has the worker stop at this door on its way out. Gives its id.
fn linger(door: Door) -> u32 {
    static DOOR: OnceLock<Door> = OnceLock::new();
    extern "C" fn at_exit() {
        DOOR.get().expect("set before").pass();
    }
    DOOR.get_or_init(|| door);
    // SAFETY: the function touches a static only, and does not unwind.
    unsafe { libc::atexit(at_exit) };
    std::process::id()
}

/// The pool's only worker is on its way out, and stays there until the door opens, or five seconds.
fn retiring(pool: &ProcessPool, door: &Door) -> u32 {
    let worker = pool.submit(linger, door.clone()).result().unwrap();
    door.wait_for(1);
    worker
}

fn are_all_different(mut pids: Vec<u32>) -> bool {
    let n = pids.len();
    pids.sort_unstable();
    pids.dedup();
    pids.len() == n
}

#[test]
fn after_a_shutdown_what_waits_runs_in_workers_that_follow() {
    timed(|| {
        for n_workers in [1, 2] {
            let pool = one_task_a_worker(n_workers, "follow");
            let scratch = Scratch::new();
            let door = scratch.door();
            let running: Vec<_> = (0..n_workers).map(|_| pool.submit(pass, door.clone())).collect();
            door.wait_for(n_workers);
            let mut waiting: Vec<_> = (0..4).map(|_| pool.spawn(pid)).collect();
            let pids = thread::scope(|scope| {
                let closer = scope.spawn(|| pool.shutdown(Shutdown::Wait));
                until(|| {
                    // Nothing ends while the door is closed, but for what comes too late.
                    let future = pool.spawn(pid);
                    let is_closed = future.is_done();
                    if is_closed {
                        assert!(future.result().unwrap_err().is_shutdown());
                    } else {
                        waiting.push(future);
                    }
                    is_closed
                });
                assert!(!closer.is_finished());
                // From here on workers retire.
                door.open();
                let pids: Vec<u32> =
                    running.into_iter().chain(waiting).map(|future| future.result().unwrap()).collect();
                closer.join().unwrap();
                pids
            });
            assert!(pids.iter().all(|pid| status_of(*pid).is_none()), "not even a zombie");
            assert!(are_all_different(pids), "one task for each");
        }
    });
}

#[test]
fn a_pool_dropped_while_its_last_worker_retires_runs_what_waits() {
    timed(|| {
        let pool = one_task_a_worker(1, "dropped");
        let scratch = Scratch::new();
        let door = scratch.door();
        let mut pids = vec![retiring(&pool, &door)];
        let waiting: Vec<_> = (0..4).map(|_| pool.spawn(pid)).collect();
        let dropper = thread::spawn(move || drop(pool));
        pids.extend(waiting.into_iter().map(|future| future.result().unwrap()));
        door.open();
        dropper.join().unwrap();
        assert!(pids.iter().all(|pid| status_of(*pid).is_none()), "not even a zombie");
        assert!(are_all_different(pids), "one task for each");
    });
}

#[test]
fn a_pool_dropped_at_any_moment_runs_what_waits() {
    timed(|| {
        let seed = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_nanos() as u64);
        println!("seed {seed}");
        let mut random = Random(seed);
        for _ in 0..20 {
            let pool = one_task_a_worker(1 + random.below(2), "moment");
            let futures: Vec<_> = (0..3).map(|_| pool.spawn(pid)).collect();
            let first = random.below(3);
            if first < 2 {
                futures[first].wait();
            }
            thread::sleep(Duration::from_micros(random.below(3000) as u64));
            drop(pool);
            assert!(futures.iter().all(Future::is_done));
            assert!(are_all_different(futures.into_iter().map(|future| future.result().unwrap()).collect()));
        }
    });
}

/// Ends a pool without anybody waiting for that, and tells which errors are right then.
type End = (fn(&ProcessPool), fn(&Error) -> bool);

const ENDS: [End; 5] = [
    (|pool| pool.shutdown(Shutdown::Wait), |_| false),
    (|pool| pool.shutdown(Shutdown::CancelPending), Error::is_cancelled),
    (|pool| pool.shutdown(Shutdown::Kill), |error| error.is_cancelled() || error.is_worker_died()),
    (ProcessPool::terminate_workers, |error| error.is_shutdown() || error.is_worker_died()),
    (ProcessPool::kill_workers, |error| error.is_shutdown() || error.is_worker_died()),
];

#[test]
fn one_that_fails_and_an_end_that_nobody_waits_for() {
    timed(|| {
        for n_workers in [2, 4] {
            for (end, is_right) in ENDS {
                for seen in 0..3 {
                    let pool = one_task_a_worker(n_workers, "nobody-waits");
                    let succeeds = || pool.spawn(pid);
                    let fails = pool.spawn(|| -> u32 { panic!("expected") });
                    let mut futures = vec![succeeds(), fails];
                    futures.extend((1..n_workers).map(|_| succeeds()));
                    futures[..seen].iter().for_each(Future::wait);
                    let nobody_waits = thread::spawn(move || {
                        end(&pool);
                        pool
                    });
                    let mut pids = Vec::new();
                    for (n, future) in futures.into_iter().enumerate() {
                        match future.result() {
                            Ok(pid) if n != 1 => pids.push(pid),
                            Err(error) if n == 1 && error.panic_message() == Some("expected") => {}
                            Err(error) if n >= seen && is_right(&error) => {}
                            other => panic!("{n}, {seen}: {other:?}"),
                        }
                    }
                    let pool = nobody_waits.join().unwrap();
                    // By themselves, though the pool is still there.
                    until(|| pool.worker_pids().is_empty() && threads_named("nobody-waits") == 0);
                    assert!(pids.iter().all(|pid| status_of(*pid).is_none()), "not even a zombie");
                    assert!(are_all_different(pids), "one task for each");
                    assert!(pool.spawn(pid).result().unwrap_err().is_shutdown());
                }
            }
        }
    });
}

#[test]
fn one_that_retires_when_all_are_ended_is_not_replaced() {
    timed(|| {
        type EndWorkers = fn(&ProcessPool);
        let ends: [(EndWorkers, i32, &str); 2] = [
            (ProcessPool::terminate_workers, libc::SIGTERM, "retire-term"),
            (ProcessPool::kill_workers, libc::SIGKILL, "retire-kill"),
        ];
        for (end, expected, name) in ends {
            let pool = one_task_a_worker(1, name);
            let scratch = Scratch::new();
            let (way_out, door) = (scratch.door(), scratch.door());
            let retires = retiring(&pool, &way_out);
            let running = pool.submit(pass, door.clone());
            door.wait_for(1);
            let waiting: Vec<_> = (0..10).map(|_| pool.submit(mark, door.clone())).collect();
            let workers = pool.worker_pids();
            assert!(workers.contains(&retires) && workers.len() == 2, "{retires}: {workers:?}");
            end(&pool);
            let error = running.result().unwrap_err();
            assert!(error.is_worker_died() && error.signal() == Some(expected), "{error}");
            assert!(waiting.into_iter().all(|future| future.result().unwrap_err().is_shutdown()));
            // The door is still closed: these two were ended, and with the supervisor nobody is left to start others.
            until(|| pool.worker_pids().is_empty() && threads_named(name) == 0);
            assert!(workers.iter().all(|pid| !is_alive(*pid)));
            assert_eq!((door.arrived(), door.marks("finished"), door.marks("ran")), (1, 0, 0));
        }
    });
}
