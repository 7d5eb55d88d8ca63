//! A future can be awaited under any async runtime, tokio's and one of twenty lines: it wakes its waker, and only the
//! latest ones count.

use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use concurrent_futures::{Error, ThreadPool, blocking, collect};
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

/// Tokio's two kinds of runtime.
fn over_tokio(test: impl Fn(&tokio::runtime::Runtime)) {
    test(&tokio::runtime::Builder::new_current_thread().build().unwrap());
    test(&tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap());
}

#[test]
fn under_tokio_many_are_awaited_at_once() {
    timed(|| {
        over_tokio(|runtime| {
            let pool = Arc::new(ThreadPool::new(2).unwrap());
            let awaits: Vec<_> = (0..200_u64)
                .map(|n| {
                    let same = Arc::clone(&pool);
                    runtime.spawn(async move {
                        let here = std::thread::current().id();
                        let (square, there) = same.spawn(move || (n * n, std::thread::current().id())).await?;
                        assert_ne!(there, here, "it runs elsewhere");
                        let next = Arc::clone(&same);
                        let twice = same.spawn(move || square).then(move |n| next.spawn(move || n + n)).await?;
                        assert!(same.spawn(|| panic!("expected")).await.is_err_and(|error| error.is_panic()));
                        Ok::<u64, Error>(twice)
                    })
                })
                .collect();
            let sum = runtime.block_on(async {
                let mut sum = 0;
                for join in awaits {
                    sum += join.await.unwrap().unwrap();
                }
                sum + collect((0..3).map(|n| pool.spawn(move || n))).await.unwrap().into_iter().sum::<u64>()
            });
            assert_eq!(sum, 2 * (0..200).map(|n| n * n).sum::<u64>() + 3);
        });
    });
}

#[test]
fn under_tokio_an_aborted_await_cancels_where_asked_to_and_nothing_else() {
    timed(|| {
        over_tokio(|runtime| {
            let pool = ThreadPool::new(1).unwrap();
            let gate = Gate::new();
            let inside = gate.clone();
            let blocker = pool.spawn(move || inside.pass());
            gate.wait_for(1);
            let ran = Arc::new(AtomicUsize::new(0));
            let spawn = |bit: usize| {
                let ran = Arc::clone(&ran);
                pool.spawn(move || ran.fetch_or(bit, Ordering::SeqCst))
            };
            let (plain, dropped, kept) = (spawn(1), spawn(2).cancel_on_drop(), spawn(4).cancel_on_drop());
            let cancelled = dropped.canceller();
            let aborted = [
                runtime.spawn(async move { plain.await.is_ok() }),
                runtime.spawn(async move { dropped.await.is_ok() }),
            ];
            let kept = runtime.spawn(kept);
            runtime.block_on(async {
                tokio::task::yield_now().await; // all of them have been polled, or are dropped before: it is the same
                for join in aborted {
                    join.abort();
                    assert!(join.await.unwrap_err().is_cancelled());
                }
                assert!(cancelled.cancel(), "it was, and is");
                gate.open();
                kept.await.unwrap().unwrap();
            });
            blocker.result().unwrap();
            drop(pool);
            assert_eq!(ran.load(Ordering::SeqCst), 1 | 4);
        });
    });
}

#[test]
fn under_tokio_a_thread_for_blocking_may_block() {
    timed(|| {
        over_tokio(|runtime| {
            let pool = ThreadPool::new(1).unwrap();
            let future = pool.spawn(|| 7);
            let value = runtime.block_on(async { tokio::task::spawn_blocking(|| future.result()).await });
            assert_eq!(value.unwrap().unwrap(), 7);
        });
    });
}

/// The pool does not see that a runtime parks its worker, unless it is told.
#[test]
fn a_runtime_inside_a_task_stands_in_blocking() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(1).unwrap());
        let same = Arc::clone(&pool);
        let task = pool.spawn(move || blocking(|| block_on(same.spawn(|| 7))));
        assert_eq!(task.result().unwrap().unwrap(), 7);
    });
}

concurrent_futures_suite::under_each_schedule!();
