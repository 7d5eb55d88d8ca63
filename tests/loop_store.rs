//! Loops that do nothing in order but push: workers write the results where they belong. Nobody can tell.

use std::any::Any;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::{Counted, Journal, timed};

/// Uneven work, so that later chunks are done before earlier ones.
fn work(i: usize) -> usize {
    thread::sleep(Duration::from_micros(if i.is_multiple_of(7) { 300 } else { 10 }));
    i * 3
}

fn panics<T>(run: impl FnOnce() -> T) -> Option<Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(run)).err()
}

#[concurrent(workers = 3)]
fn behind_what_is_there(n: usize, out: &mut Vec<usize>) {
    for i in 0..n {
        out.push(work(i));
    }
}

#[test]
fn results_stand_behind_what_is_there() {
    timed(|| {
        for n in [0, 1, 2, 100] {
            let mut out = vec![7, 8];
            behind_what_is_there(n, &mut out);
            let expected: Vec<usize> = [7, 8].into_iter().chain((0..n).map(|i| i * 3)).collect();
            assert_eq!(out, expected);
        }
    });
}

#[concurrent(workers = 3)]
fn with_holes(n: usize, alive: &Arc<AtomicIsize>) -> Vec<Counted> {
    let mut out = Vec::new();
    for i in 0..n {
        let value = work(i);
        if i % 3 == 1 {
            continue;
        }
        out.push(Counted::new(value, alive));
    }
    out
}

#[test]
fn results_close_up_where_an_item_has_none() {
    timed(|| {
        let alive = Arc::default();
        let out = with_holes(100, &alive);
        let values: Vec<usize> = out.iter().map(|counted| counted.value).collect();
        assert_eq!(values, (0..100).filter(|i| i % 3 != 1).map(|i| i * 3).collect::<Vec<_>>());
        assert_eq!(alive.load(SeqCst), values.len() as isize);
        drop(out);
        assert_eq!(alive.load(SeqCst), 0);
    });
}

#[concurrent(workers = 3)]
fn until_it_panics(n: usize, bad: usize, alive: &Arc<AtomicIsize>, out: &mut Vec<Counted>) {
    for i in 0..n {
        let value = work(i);
        assert!(i != bad, "item {i}");
        out.push(Counted::new(value, alive));
    }
}

#[test]
fn a_panic_leaves_what_was_in_front_of_it_and_drops_what_ran_ahead() {
    timed(|| {
        for bad in [0, 1, 13, 49] {
            let (alive, mut out) = (Arc::default(), Vec::new());
            panics(|| until_it_panics(50, bad, &alive, &mut out)).expect("it panics");
            assert_eq!(
                out.iter().map(|counted| counted.value).collect::<Vec<_>>(),
                (0..bad).map(|i| i * 3).collect::<Vec<_>>()
            );
            assert_eq!(alive.load(SeqCst), bad as isize);
        }
    });
}

#[concurrent(workers = 3)]
fn until_it_fails(n: usize, bad: usize, alive: &Arc<AtomicIsize>, out: &mut Vec<Counted>) -> Result<(), String> {
    for i in 0..n {
        let value = if i == bad { Err(format!("item {i}")) } else { Ok(work(i)) };
        out.push(Counted::new(value?, alive));
    }
    Ok(())
}

#[test]
fn an_error_leaves_what_was_in_front_of_it_and_drops_what_ran_ahead() {
    timed(|| {
        // Behind a call that ran to its end, room is made for all.
        for bad in [0, 1, 13, 49, 50, 0, 50, 1, 50, 13, 50, 49] {
            let (alive, mut out) = (Arc::default(), Vec::new());
            let result = until_it_fails(50, bad, &alive, &mut out);
            assert_eq!(result, if bad < 50 { Err(format!("item {bad}")) } else { Ok(()) });
            assert_eq!(out.len(), bad);
            assert_eq!(alive.load(SeqCst), bad as isize);
        }
    });
}

#[concurrent(workers = 3)]
fn boxed(n: usize) -> Vec<Box<dyn Display + Send>> {
    let mut out: Vec<Box<dyn Display + Send>> = Vec::new();
    for i in 0..n {
        out.push(Box::new(work(i)));
    }
    out
}

#[concurrent(workers = 3)]
fn borrowed(names: &[String]) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    for name in names {
        thread::sleep(Duration::from_micros(10));
        out.push(name);
    }
    out
}

#[test]
fn results_become_what_the_vector_holds() {
    timed(|| {
        let texts: Vec<String> = boxed(20).iter().map(ToString::to_string).collect();
        assert_eq!(texts, (0..20).map(|i| (i * 3).to_string()).collect::<Vec<_>>());
        assert_eq!(borrowed(&texts), texts);
    });
}

/// Has no size.
struct Nothing;

impl From<usize> for Nothing {
    fn from(_: usize) -> Self {
        Self
    }
}

#[concurrent(workers = 3)]
fn nothings(n: usize) -> Vec<Nothing> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(Nothing::from(work(i)));
    }
    out
}

#[test]
fn results_without_a_size_are_counted() {
    timed(|| {
        assert_eq!(nothings(50).len(), 50);
    });
}

struct Collected {
    values: Vec<usize>,
}

impl Collected {
    #[concurrent(workers = 3)]
    fn add(&mut self, n: usize) {
        for i in 0..n {
            self.values.push(work(i));
        }
    }
}

#[test]
fn results_go_to_a_field() {
    timed(|| {
        let mut collected = Collected { values: vec![1] };
        collected.add(50);
        assert_eq!(collected.values.len(), 51);
        assert!(collected.values[1..].iter().copied().eq((0..50).map(|i| i * 3)));
    });
}

#[concurrent(workers = 3)]
fn into_others(n: usize) -> (BinaryHeap<Reverse<usize>>, String, PathBuf, Vec<String>) {
    let mut heap = BinaryHeap::new();
    for i in 0..n {
        heap.push(Reverse(work(i)));
    }
    let mut text = String::new();
    for i in 0..n {
        text.push(char::from(b'a' + (work(i) % 26) as u8));
    }
    let mut path = PathBuf::new();
    for i in 0..n {
        path.push(work(i).to_string());
    }
    let journal = Journal::default();
    #[allow(unused_mut, reason = "as somebody may write it")]
    let mut to = &journal;
    for i in 0..n {
        to.push(format!("{}", work(i)));
    }
    (heap, text, path, journal.into_lines())
}

#[test]
fn other_things_are_pushed_to_in_order() {
    timed(|| {
        let (heap, text, path, lines) = into_others(20);
        assert_eq!(heap.into_sorted_vec().len(), 20);
        assert!(text.chars().eq((0..20).map(|i| char::from(b'a' + (i * 3 % 26) as u8))));
        assert_eq!(path, (0..20).map(|i| (i * 3).to_string()).collect::<PathBuf>());
        assert_eq!(lines, (0..20).map(|i| (i * 3).to_string()).collect::<Vec<_>>());
    });
}

#[concurrent(workers = 3)]
fn of_what_cannot_be_split(n: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for i in (0..n).filter(|i| i % 2 == 0) {
        out.push(work(i));
    }
    out
}

#[test]
fn results_of_any_iterator_keep_their_order() {
    timed(|| {
        assert_eq!(of_what_cannot_be_split(100), (0..100).step_by(2).map(|i| i * 3).collect::<Vec<_>>());
    });
}

#[concurrent(workers = 3, unordered)]
fn in_any_order(n: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    out
}

#[test]
fn unordered_results_are_all_there() {
    timed(|| {
        let mut out = in_any_order(100);
        out.sort_unstable();
        assert_eq!(out, (0..100).map(|i| i * 3).collect::<Vec<_>>());
    });
}

#[concurrent(workers = 3)]
fn more_than_there_is_memory_for(out: &mut Vec<usize>) {
    for i in 0..usize::MAX {
        assert!(i < 30, "thirty");
        out.push(work(i));
    }
}

#[test]
fn room_that_there_is_not_is_not_needed() {
    timed(|| {
        let mut out = Vec::new();
        panics(|| more_than_there_is_memory_for(&mut out)).expect("it panics");
        assert_eq!(out, (0..30).map(|i| i * 3).collect::<Vec<_>>());
    });
}

#[concurrent(workers = 3)]
fn generic<T: Clone + Send + Sync, U: Send>(items: &[T], make: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let mut out = Vec::with_capacity(1);
    for item in items {
        out.push(make(item));
    }
    out
}

#[test]
fn functions_may_be_generic() {
    timed(|| {
        let items: Vec<usize> = (0..50).collect();
        assert_eq!(generic(&items, |i| work(*i).to_string()).len(), 50);
    });
}

concurrent_futures_suite::under_each_schedule!();
