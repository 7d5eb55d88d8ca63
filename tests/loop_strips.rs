//! A loop whose options say nothing of workers begins as it was written, and is shared once the rest is worth it: the
//! bodies, the source and the exits cannot tell.
//!
//! The number of workers is read from the environment once a process, so the tests are run by this binary, started again.

use std::cell::RefCell;
use std::collections::HashSet;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, ThreadId};
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::timed;

/// Starts this binary again with two workers, for one test that is ignored otherwise.
fn with_two_workers(test: &'static str) {
    timed(|| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--ignored"]).env("CONCURRENT_WORKERS", "2").env_remove("CONCURRENT_SCHEDULE");
        let output = command.output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && out.contains("1 passed"), "{out}");
    });
}

/// Where an iteration ran: the first are over at once, the others take their time.
fn place(i: usize, short: usize) -> ThreadId {
    if i >= short {
        thread::sleep(Duration::from_micros(300));
    }
    thread::current().id()
}

#[test]
fn a_loop_that_becomes_long_is_shared_within_the_call() {
    with_two_workers("becomes_long");
}

#[test]
#[ignore = "started by another test"]
fn becomes_long() {
    #[concurrent]
    fn range(n: usize) -> Vec<ThreadId> {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(place(i, 100));
        }
        out
    }
    #[concurrent]
    fn slice(items: &[usize]) -> Vec<ThreadId> {
        let mut out = Vec::new();
        for i in items {
            out.push(place(*i, 100));
        }
        out
    }
    #[concurrent]
    fn positions(items: &[usize]) -> Vec<ThreadId> {
        let mut out = Vec::new();
        for (i, item) in items.iter().enumerate() {
            assert_eq!(i, *item);
            out.push(place(i, 100));
        }
        out
    }
    #[concurrent]
    fn owned(items: Vec<usize>) -> Vec<ThreadId> {
        let mut out = Vec::new();
        for i in items {
            out.push(place(i, 100));
        }
        out
    }
    #[concurrent]
    fn opaque(n: usize) -> Vec<ThreadId> {
        let mut out = Vec::new();
        for i in (0..n + 5).filter(|i| *i < 1000) {
            out.push(place(i, 100));
        }
        out
    }
    const N: usize = 1000;
    let items: Vec<usize> = (0..N).collect();
    for (what, places) in [
        ("a range", range(N)),
        ("a slice", slice(&items)),
        ("positions", positions(&items)),
        ("a vector", owned(items.clone())),
        ("a filter", opaque(N)),
    ] {
        assert_eq!(places.len(), N, "{what}");
        assert_eq!(places[0], thread::current().id(), "{what} begins on the caller");
        assert_eq!(places.iter().collect::<HashSet<_>>().len(), 2, "{what} is shared");
    }
}

#[test]
fn a_short_call_does_not_make_the_next_one_plain() {
    with_two_workers("short_and_then_long");
}

#[test]
#[ignore = "started by another test"]
fn short_and_then_long() {
    #[concurrent]
    fn run(n: usize, short: usize) -> HashSet<ThreadId> {
        let mut places = HashSet::new();
        for i in 0..n {
            let place = place(i, short);
            places.insert(place);
        }
        places
    }
    for _ in 0..100 {
        assert_eq!(run(10, 10), HashSet::from([thread::current().id()]), "too short to share");
    }
    // One call in some is looked at, however short those before it were; about as many of them may have to be long.
    assert!((0..1000).any(|_| run(10, 0).len() == 2));
}

#[test]
fn what_is_moved_in_front_of_a_break_may_be_moved() {
    #[concurrent]
    fn run(numbers: &[u64], name: String, found: &mut Vec<String>) -> u64 {
        let mut total = 0;
        for n in numbers {
            let weight = n.pow(2);
            total += weight;
            if total > 100 {
                found.push(name);
                break;
            }
        }
        total
    }
    timed(|| {
        let mut found = Vec::new();
        assert_eq!(run(&[1, 2, 3, 4, 5, 6, 7, 8], "late".into(), &mut found), 140);
        assert_eq!(run(&[1, 2], "never".into(), &mut found), 5);
        assert_eq!(found, ["late"]);
    });
}

thread_local!(static EVENTS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });

struct Noted(&'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        EVENTS.with_borrow_mut(|events| events.push(self.0));
    }
}

#[test]
fn what_a_pattern_leaves_out_is_dropped_behind_the_body() {
    fn body(name: &'static str) {
        EVENTS.with_borrow_mut(|events| events.push(name));
    }
    fn run() {
        // As `run_annotated`, which is too short to be shared.
        for (_, _) in [(Noted("a"), Noted("b")), (Noted("c"), Noted("d"))] {
            body("body");
        }
    }
    #[concurrent]
    fn run_annotated() {
        for (_, _) in [(Noted("a"), Noted("b")), (Noted("c"), Noted("d"))] {
            body("body");
        }
    }
    timed(|| {
        run();
        let plain = EVENTS.take();
        run_annotated();
        assert_eq!(EVENTS.take(), plain);
        assert_eq!(plain, ["body", "a", "b", "body", "c", "d"]);
    });
}

#[test]
fn nested_loops_use_no_more_threads_than_there_are() {
    with_two_workers("nested");
}

static AT_ONCE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn counted(i: usize) -> usize {
    MOST.fetch_max(AT_ONCE.fetch_add(1, SeqCst) + 1, SeqCst);
    thread::sleep(Duration::from_micros(200));
    AT_ONCE.fetch_sub(1, SeqCst);
    i
}

#[test]
#[ignore = "started by another test"]
fn nested() {
    #[concurrent]
    fn inner(n: usize) -> usize {
        let mut total = 0;
        for i in 0..n {
            total += counted(i);
        }
        total
    }
    #[concurrent]
    fn outer(n: usize) -> usize {
        let mut total = 0;
        for _ in 0..n {
            total += inner(n);
        }
        total
    }
    for _ in 0..5 {
        assert_eq!(outer(8), 8 * 28);
    }
    assert_eq!(MOST.load(SeqCst), 2);
}
