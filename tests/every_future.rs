//! What a future tells in each state of its task and between two of them, and that whoever waits is woken by whatever ends it:
//! over each kind of pool.

use std::future::Future as _;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::{Duration, SystemTime};

use concurrent_futures::{Error, Future, ProcessPool, ReturnWhen, Shutdown, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Door, Pool, Probe, Random, Scratch, block_on, timed, until, while_asleep_in};

fn seven(_: u64) -> u64 {
    7
}

fn fails(_: u64) -> u64 {
    panic!("expected")
}

fn pass(door: Door) -> u64 {
    door.pass();
    7
}

fn fail_behind(door: Door) -> u64 {
    door.pass();
    panic!("expected")
}

/// What one look at a future tells, in the order in which a task comes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Pending,
    Running,
    Value,
    Failure,
    Cancelled,
}

use Look::{Cancelled, Failure, Pending, Running, Value};

impl Look {
    /// All that a future tells at one moment.
    fn at(future: &Future<u64>) -> Self {
        let text = format!("{future:?}");
        let ends: [(&str, Self); 4] =
            [(", pending)", Pending), (", running)", Running), (", finished)", Value), (", cancelled)", Cancelled)];
        let of_end = ends.into_iter().find(|(end, _)| text.ends_with(end)).map(|(_, look)| look);
        of_end.unwrap_or_else(|| {
            assert!(text.contains(", finished with an error"), "{text}");
            Failure
        })
    }

    /// `is_done`, `is_running`, `is_cancelled`.
    fn flags(self) -> [bool; 3] {
        [self >= Value, self == Running, self == Cancelled]
    }
}

/// `is_done`, `is_running`, `is_cancelled`, asked in the other order: what is true of the first that is asked is true of the
/// next ones.
fn flags_of(future: &Future<u64>) -> [bool; 3] {
    let is_cancelled = future.is_cancelled();
    let is_running = future.is_running();
    [future.is_done(), is_running, is_cancelled]
}

fn is_in(future: &Future<u64>, look: Look) -> bool {
    Look::at(future) == look && flags_of(future) == look.flags()
}

/// A task in each state, on a pool of one worker: pending, running, cancelled, failed, with a value. The door opens for the
/// running one, and with it the way for the pending one.
fn in_each_state<P: Pool>(pool: &P, door: &Door) -> [Future<u64>; 5] {
    let [failed, value] = [pool.submit(fails, 0), pool.submit(seven, 0)];
    failed.wait();
    value.wait();
    let running = pool.submit(pass, door.clone());
    door.wait_for(1);
    let [pending, cancelled] = [pool.submit(seven, 0), pool.submit(seven, 0)];
    assert!(cancelled.cancel());
    [pending, running, cancelled, failed, value]
}

const STATES: [Look; 5] = [Pending, Running, Cancelled, Failure, Value];

fn each_state_is_told_as_it_is<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let futures = in_each_state(&pool, &door);
    for (future, look) in futures.iter().zip(STATES) {
        assert!(is_in(future, look), "{future:?}");
    }
    for (future, is_cancelled) in futures[2..].iter().zip([true, false, false]) {
        let before = format!("{future:?}");
        assert_eq!(future.cancel(), is_cancelled);
        assert_eq!(format!("{future:?}"), before, "cancel changes nothing");
    }
    let [pending, running, _, failed, _] = &futures;
    assert!(format!("{failed:?}").contains("panicked at ") && format!("{failed:?}").contains("expected"), "{failed:?}");
    assert!(format!("{pending:?}").starts_with("Future<u64>(") && format!("{pending:?}").contains("seven"));
    door.open();
    for future in [pending, running] {
        future.wait();
        assert!(is_in(future, Value) && !future.cancel() && is_in(future, Value));
    }
}

fn no_time_is_enough_for_what_has_ended_and_for_nothing_else<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let [pending, running, cancelled, failed, value] = in_each_state(&pool, &door);
    for future in [&pending, &running] {
        assert!(!future.wait_timeout(Duration::ZERO));
    }
    for future in [&cancelled, &failed, &value] {
        assert!(future.wait_timeout(Duration::ZERO));
    }
    assert!(cancelled.result().unwrap_err().is_cancelled());
    assert_eq!(failed.result().unwrap_err().panic_message(), Some("expected"));
    assert_eq!(value.result().unwrap(), 7);
    door.open();
    for future in [pending, running] {
        assert!(future.wait_timeout(Duration::MAX), "longer than the clock reaches is no limit");
        assert!(future.wait_timeout(Duration::ZERO));
        assert_eq!(future.result().unwrap(), 7);
    }
}

/// Looks at a task in each state, again and again, while nothing changes.
fn four_readers_see_the_same<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let futures = in_each_state(&pool, &door);
    thread::scope(|scope| {
        for _ in 0..4 {
            let read =
                || futures.iter().zip(STATES).for_each(|(future, look)| assert!(is_in(future, look), "{look:?}"));
            scope.spawn(move || (0..1000).for_each(|_| read()));
        }
    });
    door.open();
}

/// Looks at a future at least a thousand times, and until its task has ended: it goes one way only, and what is told by one
/// function is not denied by another. Gives the last look.
fn follow(future: &Future<u64>, others: &AtomicBool) -> Look {
    let mut last = Pending;
    let mut n = 0;
    while n < 1000 || last < Value {
        assert!(!others.load(Ordering::Relaxed), "another reader has seen something wrong");
        let before = Look::at(future);
        let flags = flags_of(future);
        let after = Look::at(future);
        let [is_done, is_running, is_cancelled] = flags;
        assert!(last <= before && before <= after, "{last:?}, {before:?}, {after:?}");
        assert!(before < Value || before == after, "an end is the end: {before:?}, {after:?}");
        assert!(before < after || flags == before.flags(), "{before:?}, {flags:?}");
        assert!(!is_running || (before <= Running && Running <= after), "{before:?}, {flags:?}, {after:?}");
        assert!(!is_done || after >= Value, "{flags:?}, {after:?}");
        assert!(!is_cancelled || (is_done && !is_running && after == Cancelled), "{flags:?}, {after:?}");
        last = after;
        n += 1;
    }
    last
}

/// Tells the other readers when one has seen something wrong.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

fn four_readers_see_a_task_go_one_way<P: Pool>() {
    let seed = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_nanos() as u64);
    println!("seed {seed}");
    let mut random = Random(seed);
    let pool = P::with_workers(1);
    let scratch = Scratch::new();
    for round in 0..12 {
        let (first, second) = (scratch.door(), scratch.door());
        let blocker = pool.submit(pass, first.clone());
        first.wait_for(1);
        let future =
            if round % 3 == 1 { pool.submit(fail_behind, second.clone()) } else { pool.submit(pass, second.clone()) };
        let is_wrong = AtomicBool::new(false);
        let mut pause = || thread::sleep(Duration::from_micros(random.below(1000) as u64));
        let seen = thread::scope(|scope| {
            let readers = [(); 4].map(|()| {
                scope.spawn(|| {
                    let _alarm = Alarm(&is_wrong);
                    follow(&future, &is_wrong)
                })
            });
            pause();
            if round % 3 == 2 {
                assert!(future.cancel());
            }
            first.open();
            if round % 3 < 2 {
                second.wait_for(1);
            }
            pause();
            second.open();
            readers.map(|reader| reader.join().unwrap())
        });
        assert_eq!(seen, [[Value, Failure, Cancelled][round % 3]; 4]);
        assert_eq!(blocker.result().unwrap(), 7);
    }
}

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

fn callbacks_see_each_end_at_once_when_it_has_come<P: Pool>() {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let futures = in_each_state(&pool, &door);
    let here = thread::current().id();
    for (future, expected) in futures[2..].iter().zip(["cancelled", "expected", "7"]) {
        let (tell, told) = mpsc::channel();
        future.on_done(|_| panic!("in a callback"));
        future.on_done(move |result| {
            let text = match result {
                Ok(value) => value.to_string(),
                Err(error) if error.is_cancelled() => "cancelled".to_owned(),
                Err(error) => error.panic_message().unwrap_or_default().to_owned(),
            };
            tell.send((text, thread::current().id())).unwrap();
        });
        assert_eq!(told.try_recv(), Ok((expected.to_owned(), here)));
    }
    door.open();
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

#[test]
#[ignore = "a probe that another test starts"]
fn panics_in_callbacks() {
    fn of<P: Pool>() {
        let (pool, scratch) = (P::with_workers(1), Scratch::new());
        let door = scratch.door();
        let future = pool.submit(pass, door.clone());
        future.on_done(|_| panic!("before the end"));
        let (tell, told) = mpsc::channel();
        future.on_done(move |result| tell.send(result.is_ok()).unwrap());
        door.open();
        assert!(told.recv().unwrap());
        future.wait();
        future.on_done(|_| panic!("after the end"));
        assert_eq!(future.result().unwrap(), 7);
    }
    of::<ThreadPool>();
    of::<ProcessPool>();
}

#[test]
fn a_panic_in_a_callback_is_told() {
    timed(|| {
        let (_, told) = Probe::new("panics_in_callbacks").run();
        for when in ["before the end", "after the end"] {
            let lines = told.lines().filter(|line| line.starts_with("concurrent-futures: a callback of task `"));
            let end = format!(" panicked: {when}; its result is not affected");
            assert_eq!(lines.filter(|line| line.ends_with(&end)).count(), 2, "{told}");
        }
    });
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

concurrent_futures_suite::over_every_pool! {
    each_state_is_told_as_it_is
    no_time_is_enough_for_what_has_ended_and_for_nothing_else
    four_readers_see_the_same
    four_readers_see_a_task_go_one_way
    who_waits_is_woken_by_the_value_and_by_the_error
    who_waits_is_woken_by_a_cancel
    who_is_unparked_by_a_stranger_waits_on
    callbacks_see_each_end_at_once_when_it_has_come
    wait_returns_at_once_with_exactly_what_is_done
    as_completed_hands_out_what_is_done_until_its_time_is_up
    the_first_error_is_no_value_and_no_cancel
    only_the_last_waker_is_kept_and_woken
    an_await_dropped_half_way_calls_nobody
}

concurrent_futures_suite::under_each_schedule!();
