//! A blocked waiter is woken by whatever ends the task, and by its time limit.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use concurrent_futures::{Future, ReturnWhen, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Gate, block_on, timed};

#[test]
fn by_the_value_from_another_thread() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let future = pool.spawn(move || {
            inside.pass();
            7
        });
        gate.wait_for(1);
        let waiter = thread::spawn(move || future.result());
        gate.open();
        assert_eq!(waiter.join().unwrap().unwrap(), 7);
    });
}

#[test]
fn by_the_panic_of_the_task() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let future = pool.spawn(move || {
            inside.pass();
            panic!("expected")
        });
        gate.wait_for(1);
        let waiter = thread::spawn(move || -> Result<(), _> { future.result() });
        gate.open();
        assert_eq!(waiter.join().unwrap().unwrap_err().panic_message(), Some("expected"));
    });
}

#[test]
fn by_cancel() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let queued = pool.spawn(|| 7);
        let canceller = queued.canceller();
        let waiter = thread::spawn(move || queued.result());
        assert!(canceller.clone().cancel());
        assert!(waiter.join().unwrap().unwrap_err().is_cancelled());
        assert!(canceller.cancel(), "still cancelled");
        gate.open();
        blocker.result().unwrap();
    });
}

#[test]
fn by_the_limit_in_every_state() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let pending = pool.spawn(|| 7);
        let cancelled = pool.spawn(|| 8);
        cancelled.cancel();
        assert!(!running.wait_timeout(Duration::ZERO));
        assert!(!pending.wait_timeout(Duration::from_millis(1)));
        assert!(cancelled.wait_timeout(Duration::ZERO));
        gate.open();
        assert!(pending.wait_timeout(Duration::MAX), "longer than the clock reaches is no limit");
        assert!(running.wait_timeout(Duration::ZERO));
        assert_eq!(pending.result().unwrap(), 7);
    });
}

#[test]
fn waiting_again_and_again_leaves_nothing_behind() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        for _ in 0..1000 {
            assert!(!running.wait_timeout(Duration::ZERO));
        }
        gate.open();
        running.result().unwrap();
    });
}

/// A future of a future wakes who waits for it when the second task comes into being, long before its end.
#[test]
fn a_wake_up_without_an_end_ends_no_wait() {
    type Waits = fn(Future<u64>) -> u64;
    let ways: [Waits; 5] = [
        |future| future.result().unwrap(),
        |future| {
            assert!(future.wait_timeout(Duration::from_secs(3600)));
            future.result().unwrap()
        },
        |future| as_completed([future]).map(|(_, result)| result.unwrap()).sum(),
        |future| {
            let mut futures = vec![future];
            assert_eq!(wait(&futures, ReturnWhen::FirstError, None).0, [0]);
            futures.remove(0).result().unwrap()
        },
        |future| block_on(future).unwrap(),
    ];
    for waits in ways {
        timed(move || {
            let pool = Arc::new(ThreadPool::new(2).unwrap());
            let (first, second) = (Gate::new(), Gate::new());
            let (inside, same, next) = (first.clone(), Arc::clone(&pool), second.clone());
            let future = pool.spawn(move || inside.pass()).then(move |()| {
                same.spawn(move || {
                    next.pass();
                    7
                })
            });
            let waiter = thread::spawn(move || waits(future));
            first.wait_for(1);
            thread::sleep(Duration::from_millis(5)); // long enough to fall asleep; nothing breaks if not
            first.open();
            second.wait_for(1);
            thread::sleep(Duration::from_millis(20)); // the wake-up has come
            assert!(!waiter.is_finished());
            second.open();
            assert_eq!(waiter.join().unwrap(), 7);
        });
    }
}

#[test]
fn no_wake_up_is_lost() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        for n in 0..5000 {
            assert_eq!(pool.spawn(move || n).result().unwrap(), n);
        }
    });
}

#[test]
fn out_of_order_with_one_worker() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let futures: Vec<_> = (0..10).map(|n| pool.spawn(move || n)).collect();
        for (n, future) in futures.into_iter().enumerate().rev() {
            assert_eq!(future.result().unwrap(), n);
        }
    });
}

concurrent_futures_suite::under_each_schedule!();
