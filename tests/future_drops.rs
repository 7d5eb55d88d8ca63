//! What a task captured is released when it has run or was cancelled, and its result when nobody wants it.

use std::sync::{Arc, Mutex};

use concurrent_futures::{Shutdown, ThreadPool};
use concurrent_futures_suite::{Gate, timed};

#[test]
fn arguments_after_the_run() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let argument = Arc::new(());
        let seen = Arc::downgrade(&argument);
        let future = pool.submit(|_: Arc<()>| (), argument);
        future.wait();
        assert!(seen.upgrade().is_none());
        drop(future);
    });
}

#[test]
fn arguments_of_a_discarded_future() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let argument = Arc::new(());
        let seen = Arc::downgrade(&argument);
        drop(pool.submit(|_: Arc<()>| (), argument));
        pool.spawn(|| ()).wait();
        assert!(seen.upgrade().is_none());
    });
}

#[test]
fn arguments_at_the_cancel_while_the_shell_is_still_queued() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let argument = Arc::new(());
        let seen = Arc::downgrade(&argument);
        let queued = pool.submit(|_: Arc<()>| (), argument);
        assert!(queued.cancel());
        assert!(seen.upgrade().is_none());
        gate.open();
        drop(blocker);
    });
}

#[test]
fn a_result_that_nobody_wants() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let value = Arc::new(());
        let seen = Arc::downgrade(&value);
        let future = pool.spawn(move || value);
        let canceller = future.canceller();
        future.wait();
        assert!(seen.upgrade().is_some());
        drop(future);
        assert!(seen.upgrade().is_none(), "a canceller keeps no result alive");
        assert!(!canceller.cancel());
    });
}

#[test]
fn a_result_that_nobody_wanted_before_it_was_there() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let value = Arc::new(());
        let seen = Arc::downgrade(&value);
        let future = pool.spawn(move || {
            inside.pass();
            value
        });
        let canceller = future.canceller();
        drop(future);
        gate.open();
        pool.shutdown(Shutdown::Wait);
        assert!(seen.upgrade().is_none());
        drop(canceller);
    });
}

/// A destructor that uses the pool would hang if it ran under one of its locks.
#[test]
fn destructors_may_use_the_pool() {
    struct Submits(Arc<ThreadPool>, Arc<Mutex<Vec<u64>>>);
    impl Drop for Submits {
        fn drop(&mut self) {
            let seen = Arc::clone(&self.1);
            drop(self.0.spawn(move || seen.lock().unwrap().push(1)));
        }
    }
    timed(|| {
        let pool = Arc::new(ThreadPool::new(1).unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let submits = || Submits(Arc::clone(&pool), Arc::clone(&seen));
        let cancelled = pool.submit(drop::<Submits>, submits());
        assert!(cancelled.cancel());
        let run = pool.submit(drop::<Submits>, submits());
        let result = pool.submit(|submits: Submits| submits, submits());
        gate.open();
        blocker.wait();
        run.wait();
        drop(result.result());
        pool.shutdown(Shutdown::Wait);
        assert_eq!(seen.lock().unwrap().len(), 3);
    });
}

#[test]
fn a_destructor_that_panics_harms_nobody() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let cancelled = pool.submit(|_: Panics| (), Panics);
        let discarded = pool.spawn(|| Panics);
        drop(discarded);
        assert!(cancelled.cancel());
        assert!(cancelled.result().unwrap_err().is_cancelled());
        gate.open();
        blocker.wait();
        assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
    });
}

concurrent_futures_suite::under_each_schedule!();
