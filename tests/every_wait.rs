//! Whoever waits for futures is woken by whatever ends them, and by nothing else: over each kind of pool.

use std::future::Future as _;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use concurrent_futures::{Error, Future, ReturnWhen, Shutdown, as_completed, wait};
use concurrent_futures_suite::states::{fail_behind, in_each_state, pass, seven};
use concurrent_futures_suite::{Pool, Scratch, block_on, until, while_asleep_in};

/// A way to wait for a future, and to get its result.
type Way = fn(Future<u64>) -> Result<u64, Error>;

const WAYS: [Way; 7] = [
    Future::result,
    |future| {
        future.wait();
        assert!(future.is_done());
        future.result()
    },
    |future| {
        assert!(future.wait_timeout(Duration::from_secs(3600)));
        future.result()
    },
    |future| {
        let mut futures = vec![future];
        assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None).0, [0]);
        futures.remove(0).result()
    },
    |future| {
        let mut futures = vec![future];
        assert_eq!(wait(&futures, ReturnWhen::AllCompleted, Some(Duration::from_secs(3600))).0, [0]);
        futures.remove(0).result()
    },
    |future| as_completed([future]).next().unwrap().1,
    block_on,
];

fn who_waits_is_woken_by_the_value_and_by_the_error<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    for way in WAYS {
        let door = scratch.door();
        let future = pool.submit(pass, door.clone());
        door.wait_for(1);
        assert_eq!(while_asleep_in(|| way(future), || door.open()).unwrap(), 7);
        let door = scratch.door();
        let future = pool.submit(fail_behind, door.clone());
        door.wait_for(1);
        let error = while_asleep_in(|| way(future), || door.open()).unwrap_err();
        assert_eq!(error.panic_message(), Some("expected"));
    }
}

fn who_waits_is_woken_by_a_cancel<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let running = pool.submit(pass, door.clone());
    door.wait_for(1);
    for way in WAYS {
        let future = pool.submit(seven, 0);
        let canceller = future.canceller();
        let error = while_asleep_in(|| way(future), || assert!(canceller.cancel())).unwrap_err();
        assert!(error.is_cancelled(), "{error}");
        assert!(canceller.cancel(), "still cancelled");
    }
    door.open();
    assert_eq!(running.result().unwrap(), 7);
}

fn who_is_unparked_by_a_stranger_waits_on<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    for way in WAYS {
        let door = scratch.door();
        let future = pool.submit(pass, door.clone());
        door.wait_for(1);
        let (tell, told) = mpsc::channel();
        let wait = || {
            tell.send(thread::current()).unwrap();
            way(future)
        };
        let act = || {
            let waiter = told.recv().unwrap();
            for _ in 0..100 {
                waiter.unpark();
                thread::yield_now();
            }
            door.open();
        };
        assert_eq!(while_asleep_in(wait, act).unwrap(), 7);
    }
}

fn wait_returns_at_once_with_exactly_what_is_done<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let futures = in_each_state(&pool, &door);
    assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None), (vec![2, 3, 4], vec![0, 1]));
    assert_eq!(wait(&futures, ReturnWhen::FirstError, None), (vec![2, 3, 4], vec![0, 1]));
    let limit = Some(Duration::from_millis(50));
    assert_eq!(wait(&futures, ReturnWhen::AllCompleted, limit), (vec![2, 3, 4], vec![0, 1]));
    let done = while_asleep_in(|| wait(&futures, ReturnWhen::AllCompleted, None), || door.open());
    assert_eq!(done, ((0..5).collect(), vec![]));
}

fn as_completed_hands_out_what_is_done_until_its_time_is_up<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    for limit in [Duration::ZERO, Duration::from_millis(100)] {
        let door = scratch.door();
        let futures = in_each_state(&pool, &door);
        let mut completed = as_completed(futures).timeout(limit);
        for expected in 2..5 {
            let (n, result) = completed.next().unwrap().unwrap();
            assert_eq!((n, result.is_ok()), (expected, n == 4));
        }
        let error = completed.next().unwrap().unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("2 of 5 futures unfinished"), "{error}");
        assert!(completed.next().is_none(), "one error only");
        let (left, futures): (Vec<_>, Vec<_>) = completed.into_pending().into_iter().unzip();
        assert_eq!(left, [0, 1]);
        let mut rest = as_completed(futures);
        let ends = while_asleep_in(|| rest.by_ref().map(|(n, result)| (n, result.unwrap())).collect(), || door.open());
        let ends: Vec<(usize, u64)> = ends;
        assert_eq!(ends, [(1, 7), (0, 7)], "as they end, each once");
        assert!(rest.next().is_none());
    }
}

fn the_first_error_is_no_value_and_no_cancel<P: Pool>() {
    let (pool, scratch) = (P::with_workers(2), Scratch::new());
    let (fail, hold) = (scratch.door(), scratch.door());
    let value = pool.submit(seven, 0);
    value.wait();
    let [fails, holds] = [pool.submit(fail_behind, fail.clone()), pool.submit(pass, hold.clone())];
    fail.wait_for(1);
    hold.wait_for(1);
    let cancelled = pool.submit(seven, 0);
    let futures = [value, fails, holds, cancelled];
    let canceller = futures[3].canceller();
    let act = || {
        assert!(canceller.cancel());
        assert_eq!(
            wait(&futures, ReturnWhen::FirstError, Some(Duration::from_millis(1))),
            (vec![0, 3], vec![1, 2]),
            "a value and a cancelled one"
        );
        fail.open();
    };
    assert_eq!(while_asleep_in(|| wait(&futures, ReturnWhen::FirstError, None), act), (vec![0, 1, 3], vec![2]));
    hold.open();
    until(|| futures[2].is_done());
}

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls a future whose task has not ended.
fn poll(future: &mut Future<u64>, count: &Arc<Count>) {
    let waker = Waker::from(Arc::clone(count));
    assert!(pin!(future).poll(&mut Context::from_waker(&waker)).is_pending());
}

fn only_the_last_waker_is_kept_and_woken<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let mut future = pool.submit(pass, door.clone());
    let counts: Vec<_> = (0..100).map(|_| Arc::new(Count::default())).collect();
    for count in &counts {
        poll(&mut future, count);
    }
    let (last, others) = counts.split_last().unwrap();
    assert!(others.iter().all(|count| Arc::strong_count(count) == 1), "the others are not kept");
    poll(&mut future, last);
    door.open();
    // Whoever is to be woken has been, when a pool has ended.
    pool.shutdown(Shutdown::Wait);
    assert_eq!(last.0.load(Ordering::SeqCst), 1);
    assert!(others.iter().all(|count| count.0.load(Ordering::SeqCst) == 0));
    assert_eq!(block_on(future).unwrap(), 7);
}

fn an_await_dropped_half_way_calls_nobody<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let count = Arc::new(Count::default());
    let mut dropped = pool.submit(pass, door.clone());
    poll(&mut dropped, &count);
    drop(dropped);
    assert_eq!(Arc::strong_count(&count), 1, "it is not kept");
    door.open();
    pool.shutdown(Shutdown::Wait);
    assert_eq!((door.arrived(), count.0.load(Ordering::SeqCst)), (1, 0));
}

concurrent_futures_suite::over_every_pool! {
    who_waits_is_woken_by_the_value_and_by_the_error
    who_waits_is_woken_by_a_cancel
    who_is_unparked_by_a_stranger_waits_on
    wait_returns_at_once_with_exactly_what_is_done
    as_completed_hands_out_what_is_done_until_its_time_is_up
    the_first_error_is_no_value_and_no_cancel
    only_the_last_waker_is_kept_and_woken
    an_await_dropped_half_way_calls_nobody
}

concurrent_futures_suite::under_each_schedule!();
