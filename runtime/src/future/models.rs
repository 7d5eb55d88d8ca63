//! What two or three threads do with one task: in every interleaving under the model checker (`--cfg loom`), and as ordinary
//! tests, for Miri too.

use std::future::Future as _;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use super::*;
use crate::error::Error;
use crate::label::Label;
use crate::sync::Arc;
use crate::sync::models::{check, thread};
use crate::task::context::PoolId;

fn task<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (Arc<dyn Runnable>, Future<T>) {
    let home = Home { pool: PoolId::next(), max_threads: 2, is_exclusive: false };
    new_task(Label::new("modelled"), home, work)
}

/// Runs `task` as a queue would, on a thread of its own.
fn worker(task: Arc<dyn Runnable>) -> thread::JoinHandle<bool> {
    thread::spawn(move || task.run(&|| ()))
}

/// Counts its drops.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn cancel_against_start() {
    check(|| {
        let (task, future) = task(|| 7);
        let worker = worker(task);
        let cancelled = future.cancel();
        let ran = worker.join().unwrap();
        assert_ne!(cancelled, ran, "it either runs or is cancelled");
        match future.result() {
            Ok(value) => assert!(ran && value == 7),
            Err(error) => assert!(cancelled && error.is_cancelled()),
        }
    });
}

#[test]
fn two_cancels_against_start() {
    check(|| {
        let (task, future) = task(|| 7);
        let canceller = future.canceller();
        let other = thread::spawn(move || canceller.cancel());
        let worker = worker(task);
        let mine = future.cancel();
        let (others, ran) = (other.join().unwrap(), worker.join().unwrap());
        assert_eq!((mine, others), (!ran, !ran), "both cancel, or neither");
    });
}

#[test]
fn completion_against_wait() {
    check(|| {
        let (task, future) = task(|| 7);
        let worker = worker(task);
        assert_eq!(future.result().unwrap(), 7);
        worker.join().unwrap();
    });
}

#[test]
fn cancel_against_wait() {
    check(|| {
        let (task, future) = task(|| 7);
        let canceller = future.canceller();
        let other = thread::spawn(move || canceller.cancel());
        assert!(future.result().unwrap_err().is_cancelled());
        assert!(other.join().unwrap());
        drop(task);
    });
}

#[test]
fn callback_against_completion() {
    check(|| {
        let (task, future) = task(|| 7);
        let worker = worker(task);
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        future.on_done(move |result| {
            assert_eq!(*result.as_ref().unwrap(), 7);
            count.fetch_add(1, Ordering::SeqCst);
        });
        assert_eq!(future.result().unwrap(), 7, "callbacks borrow the result");
        worker.join().unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 1, "exactly once");
    });
}

#[test]
fn dropped_future_against_completion() {
    check(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let value = Dropped(Arc::clone(&drops));
        let (task, future) = task(move || value);
        let worker = worker(task);
        drop(future);
        worker.join().unwrap();
        assert_eq!(drops.load(Ordering::SeqCst), 1, "the result is dropped once, and not kept");
    });
}

#[test]
fn dropped_future_against_cancel_and_callback() {
    check(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (argument, calls) = (Dropped(Arc::clone(&drops)), Arc::new(AtomicUsize::new(0)));
        let (task, future) = task(move || drop(argument));
        let count = Arc::clone(&calls);
        future.on_done(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let canceller = future.canceller();
        let (worker, other) = (worker(task), thread::spawn(move || canceller.cancel()));
        drop(future);
        assert_ne!(worker.join().unwrap(), other.join().unwrap());
        assert_eq!((drops.load(Ordering::SeqCst), calls.load(Ordering::SeqCst)), (1, 1));
    });
}

/// Counts how often it is woken.
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls a future with a waker of its own. Gives that if it is to be woken.
fn poll<T>(future: &mut Future<T>) -> Option<std::sync::Arc<Count>> {
    let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(std::sync::Arc::clone(&count));
    pin!(future).poll(&mut Context::from_waker(&waker)).is_pending().then_some(count)
}

#[test]
fn a_poll_after_another_against_completion() {
    check(|| {
        let (task, mut future) = task(|| 7);
        poll(&mut future).expect("nobody has run it");
        let worker = worker(task);
        let last = poll(&mut future);
        worker.join().unwrap();
        assert!(last.is_none_or(|last| last.0.load(Ordering::SeqCst) == 1));
    });
}

#[test]
fn a_poll_after_another_against_a_task_that_comes_into_being() {
    check(|| {
        let (first, outer) = task(|| 7);
        let (second, inner) = task(|| 8);
        let mut future = outer.then(move |_| inner);
        poll(&mut future).expect("nobody has run it");
        let worker = worker(first);
        let last = poll(&mut future).expect("nobody has run the second one");
        worker.join().unwrap();
        second.run(&|| ());
        assert!(last.0.load(Ordering::SeqCst) > 0);
    });
}

#[test]
fn a_poll_and_a_dropped_future_against_completion() {
    check(|| {
        let (task, mut future) = task(|| 7);
        let count = poll(&mut future).expect("nobody has run it");
        let worker = worker(task);
        drop(future);
        worker.join().unwrap();
        assert!(count.0.load(Ordering::SeqCst) <= 1);
        assert_eq!(std::sync::Arc::strong_count(&count), 1, "it is not kept");
    });
}

#[test]
fn a_queue_that_gives_up_against_wait() {
    check(|| {
        let (task, future) = task(|| 7);
        let queue = thread::spawn(move || task.fail(Error::shutdown(task.label())));
        assert!(future.result().unwrap_err().is_shutdown());
        assert!(queue.join().unwrap());
    });
}

#[test]
fn first_completed_of_two() {
    check(|| {
        let ((a, first), (b, second)) = (task(|| 0), task(|| 1));
        let workers = [worker(a), worker(b)];
        let mut futures = vec![first, second];
        let (done, pending) = wait(&futures, ReturnWhen::FirstCompleted, None);
        assert!(!done.is_empty() && done.len() + pending.len() == 2);
        assert_eq!(futures.remove(done[0]).result().unwrap(), done[0]);
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn as_completed_against_two_ends() {
    check(|| {
        let ((a, first), (b, second)) = (task(|| 0), task(|| 1));
        let workers = [worker(a), worker(b)];
        let mut seen: Vec<_> = as_completed([first, second]).map(|(i, result)| (i, result.unwrap())).collect();
        seen.sort_unstable();
        assert_eq!(seen, [(0, 0), (1, 1)]);
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn map_against_completion_and_wait() {
    check(|| {
        let (task, future) = task(|| 7);
        let worker = worker(task);
        assert_eq!(future.map(|n| n + 1).result().unwrap(), 8);
        worker.join().unwrap();
    });
}

#[test]
fn map_against_completion_and_cancel() {
    check(|| {
        let (task, future) = task(|| 7);
        let mapped = future.map(|n| n + 1);
        let worker = worker(task);
        let cancelled = mapped.cancel();
        match mapped.result() {
            Ok(value) => assert!(!cancelled && value == 8),
            Err(error) => assert!(error.is_cancelled()),
        }
        worker.join().unwrap();
    });
}

#[test]
fn then_against_completion_and_a_waiter_that_has_to_run_what_is_new() {
    check(|| {
        let (source, first) = task(|| 7);
        // Nobody but the waiter will run the second task.
        let next = first.then(|n| task(move || n + 1).1);
        let worker = worker(source);
        let _inside = crate::task::context::enter(Label::new("waiter"), None, None);
        assert_eq!(next.result().unwrap(), 8);
        worker.join().unwrap();
    });
}

#[test]
fn collect_against_two_ends() {
    check(|| {
        let ((a, first), (b, second)) = (task(|| 0), task(|| 1));
        let all = collect([first, second]);
        let workers = [worker(a), worker(b)];
        assert_eq!(all.result().unwrap(), [0, 1]);
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

/// The models must be able to fail: a sleep that nobody ends is found.
#[cfg(loom)]
#[test]
#[should_panic(expected = "deadlock")]
fn a_sleep_without_an_end_is_found() {
    check(|| {
        signal::Signal::of_this_thread().sleep(None);
    });
}
