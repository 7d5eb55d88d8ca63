//! What a future tells in each state of its task and between two of them: over each kind of pool.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime};

use concurrent_futures::{Future, ProcessPool, ThreadPool};
use concurrent_futures_suite::states::{fail_behind, in_each_state, pass};
use concurrent_futures_suite::{Pool, Probe, Random, Scratch, timed};

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

concurrent_futures_suite::over_every_pool! {
    each_state_is_told_as_it_is
    no_time_is_enough_for_what_has_ended_and_for_nothing_else
    four_readers_see_the_same
    four_readers_see_a_task_go_one_way
    callbacks_see_each_end_at_once_when_it_has_come
}

concurrent_futures_suite::under_each_schedule!();
