//! A shutdown deals with every task as it was asked to, and nobody waits for ever.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use concurrent_futures::{Future, ReturnWhen, Shutdown, ThreadPool, is_cancelled, wait};
use concurrent_futures_suite::{Gate, threads_named, timed, until};

thread_local! {
    static AT_EXIT: RefCell<Option<mpsc::Sender<()>>> = const { RefCell::new(None) };
}

/// Disconnected when each of the `n` threads of this pool has ended. All of them are started.
fn at_exits(pool: &ThreadPool, n: usize) -> mpsc::Receiver<()> {
    let (tell, told) = mpsc::channel();
    let gate = Gate::new();
    let futures: Vec<_> = (0..n)
        .map(|_| {
            let (gate, tell) = (gate.clone(), tell.clone());
            pool.spawn(move || {
                // Dropped by the end of the thread.
                AT_EXIT.set(Some(tell));
                gate.pass();
            })
        })
        .collect();
    gate.wait_for(n);
    gate.open();
    futures.into_iter().for_each(|future| future.result().unwrap());
    told
}

#[test]
fn wait_runs_everything() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let futures: Vec<_> = (0..50).map(|n| pool.spawn(move || n)).collect();
        pool.shutdown(Shutdown::Wait);
        assert!(futures.iter().all(|future| future.is_done()));
        assert!(futures.into_iter().map(|future| future.result().unwrap()).eq(0..50));
    });
}

#[test]
fn drop_is_wait() {
    timed(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let pool = ThreadPool::new(2).unwrap();
        let ended = at_exits(&pool, 2);
        for _ in 0..50 {
            let ran = Arc::clone(&ran);
            drop(pool.spawn(move || ran.fetch_add(1, Ordering::SeqCst)));
        }
        drop(pool);
        assert_eq!(ran.load(Ordering::SeqCst), 50);
        assert_eq!(ended.try_recv(), Err(mpsc::TryRecvError::Disconnected), "its threads have ended");
    });
}

#[test]
fn cancel_pending_runs_what_has_started_and_nothing_else() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(2).unwrap());
        let gate = Gate::new();
        let futures: Vec<_> = (0..50)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || gate.pass())
            })
            .collect();
        gate.wait_for(2);
        let closing = Arc::clone(&pool);
        let shutdown = std::thread::spawn(move || closing.shutdown(Shutdown::CancelPending));
        wait(&futures, ReturnWhen::FirstCompleted, None); // a cancelled one, while the shutdown waits for the two that run
        gate.open();
        shutdown.join().unwrap();
        let (cancelled, finished): (Vec<_>, Vec<_>) = futures.iter().partition(|future| future.is_cancelled());
        assert_eq!((cancelled.len(), finished.len()), (48, 2));
        assert!(futures.into_iter().all(|future| future.result().map_or_else(|error| error.is_cancelled(), |()| true)));
    });
}

#[test]
fn kill_does_not_wait_and_neither_does_the_drop_after_it() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || {
            inside.pass();
            7
        });
        gate.wait_for(1);
        let queued = pool.spawn(|| 8);
        pool.shutdown(Shutdown::Kill);
        assert!(queued.is_cancelled() && running.is_running());
        drop(pool);
        assert!(running.is_running());
        gate.open();
        assert_eq!(running.result().unwrap(), 7, "what runs, ends");
    });
}

#[test]
fn kill_asks_what_runs_to_stop_and_no_other_pool() {
    timed(|| {
        let (killed, other) = (Arc::new(ThreadPool::new(1).unwrap()), ThreadPool::new(1).unwrap());
        let gate = Gate::new();
        let inside = gate.clone();
        let own = killed.spawn(move || {
            inside.pass();
            while !is_cancelled() {}
            7
        });
        // A task of the killed pool that a worker of another one runs, because it waits for it.
        let (pool, inside) = (Arc::clone(&killed), gate.clone());
        let elsewhere = other.spawn(move || {
            let inner = pool.spawn(move || {
                inside.pass();
                while !is_cancelled() {}
                8
            });
            let value = inner.result().unwrap();
            (value, is_cancelled())
        });
        gate.wait_for(2);
        gate.open();
        assert!(!own.is_done() && !elsewhere.is_done());
        killed.shutdown(Shutdown::Kill);
        assert_eq!(own.result().unwrap(), 7);
        assert_eq!(elsewhere.result().unwrap(), (8, false));
    });
}

#[test]
fn later_submits_are_errors() {
    for how in [Shutdown::Wait, Shutdown::CancelPending, Shutdown::Kill] {
        timed(move || {
            let pool = ThreadPool::new(1).unwrap();
            pool.shutdown(how);
            let error = pool.spawn(|| 7).result().unwrap_err();
            assert!(error.is_shutdown() && error.to_string().contains("pool_shutdown.rs"), "{error}");
            assert!(pool.map(|n| n, 0..3).all(|result| result.unwrap_err().is_shutdown()));
            pool.shutdown(Shutdown::Wait);
        });
    }
}

#[test]
fn submit_then_cancel_then_wait() {
    timed(|| {
        for _ in 0..100 {
            let pool = ThreadPool::new(2).unwrap();
            pool.spawn(|| ()).cancel();
            pool.shutdown(Shutdown::Wait);
        }
    });
}

#[test]
fn inside_a_task_of_its_own_it_does_not_wait_for_itself() {
    timed(|| {
        for how in [Shutdown::Wait, Shutdown::CancelPending] {
            let pool = Arc::new(ThreadPool::new(1).unwrap());
            let own = Arc::clone(&pool);
            pool.spawn(move || own.shutdown(how)).result().unwrap();
        }
    });
}

#[test]
fn a_pool_may_be_dropped_by_its_own_task() {
    timed(|| {
        let (send, inbox) = mpsc::channel::<ThreadPool>();
        let pool = ThreadPool::new(1).unwrap();
        let task = pool.spawn(move || drop(inbox.recv().unwrap()));
        let queued = pool.spawn(|| 7);
        send.send(pool).unwrap();
        task.result().unwrap();
        assert_eq!(queued.result().unwrap(), 7, "it was submitted, so it runs");
    });
}

#[test]
fn a_task_that_another_pools_worker_runs_does_not_wait_for_its_pool_either() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(1).unwrap());
        let other = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let (send, inbox) = mpsc::channel::<Future<()>>();
        // Holds the pool's only worker until the closing task has ended.
        let waits = pool.spawn(move || {
            inside.pass();
            inbox.recv().unwrap().result()
        });
        gate.wait_for(1);
        gate.open();
        let own = Arc::clone(&pool);
        let closes = pool.spawn(move || own.shutdown(Shutdown::Wait));
        let elsewhere = other.spawn(move || {
            closes.wait(); // runs it here
            send.send(closes).unwrap();
        });
        elsewhere.result().unwrap();
        waits.result().unwrap().unwrap();
    });
}

#[test]
fn two_shutdowns_at_once_both_wait() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(1).unwrap());
        let gate = Gate::new();
        let inside = gate.clone();
        let task = Arc::new(pool.spawn(move || inside.pass()));
        gate.wait_for(1);
        let closers: Vec<_> = (0..2)
            .map(|_| {
                let (pool, task) = (Arc::clone(&pool), Arc::clone(&task));
                std::thread::spawn(move || {
                    pool.shutdown(Shutdown::Wait);
                    task.is_done()
                })
            })
            .collect();
        gate.open();
        assert!(closers.into_iter().all(|closer| closer.join().unwrap()));
    });
}

#[test]
fn its_threads_have_ended_afterwards() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let ended = at_exits(&pool, 3);
        pool.shutdown(Shutdown::Wait);
        assert_eq!(ended.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    });
}

#[test]
fn idle_threads_that_nobody_waits_for_end_too() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let ended = at_exits(&pool, 3);
        std::thread::sleep(Duration::from_millis(20)); // long enough to fall asleep; nothing breaks if not
        pool.shutdown(Shutdown::Kill);
        // Waker: the end of the last thread, while the pool is still there.
        assert_eq!(ended.recv(), Err(mpsc::RecvError));
        drop(pool);
    });
}

/// Ends a pool of which three tasks stand at a gate, without waiting for its threads. Gives what is left of it, and whether what
/// waits still runs.
type Leave = fn(Arc<ThreadPool>) -> (Option<Arc<ThreadPool>>, bool);

#[test]
fn threads_that_nobody_waits_for_end_by_themselves() {
    let ways: [Leave; 4] = [
        |pool| {
            pool.shutdown(Shutdown::Kill);
            (Some(pool), false)
        },
        |pool| {
            pool.shutdown(Shutdown::Kill);
            drop(pool);
            (None, false)
        },
        // Its own tasks do not wait for it.
        |pool| {
            pool.shutdown(Shutdown::Wait);
            (Some(pool), true)
        },
        |pool| {
            drop(pool);
            (None, true)
        },
    ];
    for (n, leave) in ways.into_iter().enumerate() {
        timed(move || {
            let name = format!("leaves-{n}-");
            let pool = Arc::new(ThreadPool::builder().workers(3).name(&name).build().unwrap());
            let ended = at_exits(&pool, 3);
            let gate = Gate::new();
            let (here, is_here) = mpsc::channel();
            let (send, inbox) = mpsc::channel();
            let held: Vec<_> = (0..2)
                .map(|_| {
                    let inside = gate.clone();
                    pool.spawn(move || inside.pass())
                })
                .collect();
            let inside = gate.clone();
            let leaves = pool.spawn(move || {
                here.send(()).unwrap();
                let left = leave(inbox.recv().unwrap());
                inside.pass();
                left
            });
            is_here.recv().unwrap();
            gate.wait_for(2);
            let queued: Vec<_> = (0..50).map(|n| pool.spawn(move || n)).collect();
            send.send(pool).unwrap();
            gate.wait_for(3);
            assert_eq!(ended.try_recv(), Err(mpsc::TryRecvError::Empty), "it did not wait");
            gate.open();
            let (left, runs_queued) = leaves.result().unwrap();
            for (n, future) in queued.into_iter().enumerate() {
                match future.result() {
                    Ok(value) => assert!(runs_queued && value == n),
                    Err(error) => assert!(!runs_queued && error.is_cancelled(), "{error}"),
                }
            }
            held.into_iter().for_each(|future| future.result().unwrap());
            // Waker: the end of the last thread, which drops what was left there.
            assert_eq!(ended.recv(), Err(mpsc::RecvError));
            #[cfg(target_os = "linux")]
            until(|| threads_named(&name) == 0);
            drop(left);
        });
    }
}

concurrent_futures_suite::under_each_schedule!();
