//! A future can be awaited under any async runtime: it wakes its waker, and only the latest ones count.

use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use concurrent_futures::{Error, ThreadPool};
use concurrent_futures_suite::{Gate, block_on, timed};

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn awaiting_gives_the_result() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let sum = async { Ok::<u64, Error>(pool.spawn(|| 3).await? + pool.spawn(|| 4).await?) };
        assert_eq!(block_on(sum).unwrap(), 7);
        let failure = pool.spawn(|| -> u64 { panic!("expected") });
        assert_eq!(block_on(failure).unwrap_err().panic_message(), Some("expected"));
    });
}

#[test]
fn a_waker_is_woken_once_however_often_it_polled() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let mut future = pool.spawn(move || inside.pass());
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..100 {
            assert!(std::pin::Pin::new(&mut future).poll(&mut cx).is_pending());
        }
        gate.open();
        drop(pool); // the worker has ended, so it has woken whom it was to wake
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert!(std::pin::Pin::new(&mut future).poll(&mut cx).is_ready());
    });
}

#[test]
fn a_cancelled_task_wakes_once_and_a_dropped_await_calls_nobody() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut queued = pool.spawn(|| 7);
        assert!(pin!(&mut queued).poll(&mut Context::from_waker(&waker)).is_pending());
        assert!(queued.cancel());
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        let Poll::Ready(result) = pin!(&mut queued).poll(&mut Context::from_waker(&waker)) else {
            panic!("it was cancelled");
        };
        assert!(result.unwrap_err().is_cancelled());
        gate.open();
        blocker.result().unwrap();
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
    });
}
