//! A running task learns that it was cancelled, and a future can cancel when it is dropped.

use std::future::Future as _;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Waker};

use concurrent_futures::{ThreadPool, is_cancelled};
use concurrent_futures_suite::{Gate, timed};

#[test]
fn a_running_task_is_asked_to_stop() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || {
            assert!(!is_cancelled());
            inside.pass();
            (0_u64..).find(|_| is_cancelled()).is_some()
        });
        gate.wait_for(1);
        gate.open();
        let canceller = running.canceller();
        assert!(!canceller.cancel() && !running.is_cancelled());
        assert!(running.result().unwrap(), "what it returns is its result");
        assert!(!pool.spawn(is_cancelled).result().unwrap(), "the next task is another one");
    });
    assert!(!is_cancelled(), "outside of tasks");
}

#[test]
fn the_innermost_task_is_meant() {
    timed(|| {
        let pool = std::sync::Arc::new(ThreadPool::new(1).unwrap());
        let gate = Gate::new();
        let (inside, same) = (gate.clone(), std::sync::Arc::clone(&pool));
        let outer = pool.spawn(move || {
            inside.pass();
            // One worker: this runs here.
            (same.spawn(is_cancelled).result().unwrap(), is_cancelled())
        });
        gate.wait_for(1);
        assert!(!outer.cancel());
        gate.open();
        assert_eq!(outer.result().unwrap(), (false, true));
    });
}

#[test]
fn cancel_on_drop() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let (tell, told) = mpsc::channel();
        let watched = || {
            let tell = tell.clone();
            let future = pool.spawn(|| 7);
            future.on_done(move |result| tell.send(result.is_ok()).unwrap());
            future.cancel_on_drop()
        };
        let (dropped, taken, kept) = (watched(), watched(), watched());
        assert!(format!("{dropped:?}").contains("pending"), "{dropped:?}");
        drop(dropped);
        assert_eq!(told.try_recv(), Ok(false));
        // An await that is dropped half-way.
        let mut awaited = Box::pin(async { watched().await });
        assert!(pin!(&mut awaited).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(awaited);
        assert_eq!(told.try_recv(), Ok(false));
        drop(kept.keep());
        gate.open();
        assert_eq!(taken.result().unwrap(), 7);
        assert_eq!([told.recv(), told.recv()], [Ok(true); 2]);
        blocker.result().unwrap();
    });
}

concurrent_futures_suite::under_each_schedule!();
