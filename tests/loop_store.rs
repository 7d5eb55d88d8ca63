//! Loops that do nothing in order but push: workers write the results where they belong. Nobody can tell.

use std::any::Any;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Display;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::timed;

/// Uneven work, so that later chunks are done before earlier ones.
fn work(i: usize) -> usize {
    thread::sleep(Duration::from_micros(if i.is_multiple_of(7) { 300 } else { 10 }));
    i * 3
}

fn panics<T>(run: impl FnOnce() -> T) -> Option<Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(run)).err()
}

/// Counts how many of its kind there are.
#[derive(Debug)]
struct Counted {
    value: usize,
    alive: Arc<AtomicIsize>,
}

impl Counted {
    fn new(value: usize, alive: &Arc<AtomicIsize>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self { value, alive: Arc::clone(alive) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, SeqCst);
    }
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
        for bad in [0, 1, 13, 49, 50] {
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

/// Has a `push`, and is no vector.
#[derive(Default)]
struct Journal {
    lines: Mutex<Vec<String>>,
}

impl Journal {
    fn push(&self, line: impl Into<String>) {
        self.lines.lock().unwrap().push(line.into());
    }
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
    (heap, text, path, journal.lines.into_inner().unwrap())
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

#[concurrent(workers = 3)]
fn some(n: usize, alive: &Arc<AtomicIsize>) -> Vec<Counted> {
    let mut out = Vec::new();
    for i in 0..n {
        let value = work(i);
        if value % 2 == 0 {
            out.push(Counted::new(value, alive));
        }
    }
    out
}

#[test]
fn some_results_are_collected() {
    timed(|| {
        let alive = Arc::default();
        let out = some(100, &alive);
        assert!(out.iter().map(|counted| counted.value).eq((0..100).map(|i| i * 3).filter(|value| value % 2 == 0)));
        assert_eq!(alive.load(SeqCst), 50);
    });
}

#[concurrent(workers = 3)]
fn in_each_branch(n: usize, out: &mut Vec<String>) {
    for i in 0..n {
        match work(i) % 5 {
            0 => out.push(format!("{i} none")),
            1 => {
                out.push(format!("{i} one"));
                out.push(String::new());
            }
            rest if i % 2 == 0 => out.push(format!("{i} rest {rest}")),
            _ => {}
        }
    }
}

#[test]
fn results_of_branches_keep_their_order() {
    timed(|| {
        let mut out = vec!["first".to_owned()];
        in_each_branch(60, &mut out);
        let mut expected = vec!["first".to_owned()];
        for i in 0..60 {
            match i * 3 % 5 {
                0 => expected.push(format!("{i} none")),
                1 => expected.extend([format!("{i} one"), String::new()]),
                rest if i % 2 == 0 => expected.push(format!("{i} rest {rest}")),
                _ => {}
            }
        }
        assert_eq!(out, expected);
    });
}

#[concurrent(workers = 3)]
fn of_inner_loops(n: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for i in 0..n {
        for k in 0..i % 5 {
            if k == 3 {
                break;
            }
            out.push((work(i), k));
        }
        let mut k = 10;
        while k < 12 {
            out.push((i, k));
            k += 1;
        }
    }
    out
}

#[test]
fn results_of_inner_loops_keep_their_order() {
    timed(|| {
        let expected = |i: usize| (0..(i % 5).min(3)).map(move |k| (i * 3, k)).chain([(i, 10), (i, 11)]);
        assert_eq!(of_inner_loops(40), (0..40).flat_map(expected).collect::<Vec<_>>());
    });
}

#[concurrent(workers = 3)]
fn of_iterators(rows: &[Vec<usize>]) -> Vec<usize> {
    let mut out = vec![1];
    for row in rows {
        out.extend(row.iter().map(|i| work(*i)));
        out.extend(row);
        out.extend_from_slice(&row[..row.len() / 2]);
        out.extend((row.len() > 2).then_some(7));
    }
    out
}

#[test]
fn results_of_iterators_keep_their_order() {
    timed(|| {
        let rows: Vec<Vec<usize>> = (0..20).map(|i| (i..i + i % 4).collect()).collect();
        let mut expected = vec![1];
        for row in &rows {
            expected.extend(row.iter().map(|i| i * 3));
            expected.extend(row);
            expected.extend(&row[..row.len() / 2]);
            expected.extend((row.len() > 2).then_some(7));
        }
        assert_eq!(of_iterators(&rows), expected);
    });
}

#[concurrent(workers = 3)]
fn until_one_of_several_panics(n: usize, bad: usize, alive: &Arc<AtomicIsize>, out: &mut Vec<Counted>) {
    for i in 0..n {
        out.push(Counted::new(i, alive));
        for k in 0..3 {
            assert!((i, k) != (bad, 2), "item {i}");
            out.push(Counted::new(work(i) + k, alive));
        }
    }
}

#[test]
fn a_panic_leaves_what_its_iteration_had_pushed() {
    timed(|| {
        for bad in [0, 1, 13, 49] {
            let (alive, mut out) = (Arc::default(), Vec::new());
            panics(|| until_one_of_several_panics(50, bad, &alive, &mut out)).expect("it panics");
            let all = (0..=bad).flat_map(|i| [i, i * 3, i * 3 + 1, i * 3 + 2]);
            assert!(out.iter().map(|counted| counted.value).eq(all.take(4 * bad + 3)));
            assert_eq!(alive.load(SeqCst), out.len() as isize);
        }
    });
}

#[concurrent(workers = 3)]
fn until_an_iterator_panics(n: usize, bad: usize, out: &mut Vec<usize>) {
    for i in 0..n {
        out.extend((0..4).map(|k| {
            assert!((i, k) != (bad, 2), "item {i}");
            work(i) + k
        }));
    }
}

#[test]
fn a_panic_of_an_iterator_leaves_what_the_plain_loop_leaves() {
    timed(|| {
        for bad in [0, 1, 13, 29] {
            let mut out = Vec::new();
            panics(|| until_an_iterator_panics(30, bad, &mut out)).expect("it panics");
            let all = (0..=bad).flat_map(|i| (0..4).map(move |k| i * 3 + k));
            assert!(out.into_iter().eq(all.take(4 * bad + 2)));
        }
    });
}

#[concurrent(workers = 3)]
fn left_half_way(n: usize, last: usize, alive: &Arc<AtomicIsize>, out: &mut Vec<Counted>) -> Result<usize, String> {
    for i in 0..n {
        out.push(Counted::new(i, alive));
        if work(i) % 2 == 0 {
            continue;
        }
        if i == last {
            break;
        }
        if i == last + 1 {
            return Ok(i);
        }
        let value = if i == last + 2 { Err(format!("item {i}")) } else { Ok(i) };
        out.push(Counted::new(value?, alive));
    }
    Ok(n)
}

#[test]
fn exits_leave_what_was_pushed_before_them() {
    timed(|| {
        for last in [0, 1, 10, 11, 37] {
            let (alive, mut out) = (Arc::default(), Vec::new());
            let result = left_half_way(50, last, &alive, &mut out);
            // Of odd items, the first that leaves the loop does: by `break`, or by `return`.
            let end = if last % 2 == 1 { last } else { last + 1 };
            assert_eq!(result, Ok(if end == last { 50 } else { end }));
            let all = (0..=end).flat_map(|i| [i].into_iter().chain((i % 2 == 1 && i != end).then_some(i)));
            assert!(out.iter().map(|counted| counted.value).eq(all));
            assert_eq!(alive.load(SeqCst), out.len() as isize);
        }
    });
}

#[concurrent(workers = 3)]
fn some_into_others(n: usize) -> (BinaryHeap<Reverse<usize>>, String, Vec<String>) {
    let mut heap = BinaryHeap::new();
    for i in 0..n {
        let value = work(i);
        if value % 2 == 0 {
            heap.push(Reverse(value));
        }
    }
    let mut text = String::new();
    for i in 0..n {
        if let Some(letter) = char::from_u32(97 + work(i) as u32 % 26) {
            text.push(letter);
        }
    }
    let journal = Journal::default();
    #[allow(unused_mut, reason = "as somebody may write it")]
    let mut to = &journal;
    for i in 0..n {
        match work(i) % 2 {
            // Of an own type each.
            0 => to.push("even"),
            _ => to.push(format!("{i}")),
        }
    }
    (heap, text, journal.lines.into_inner().unwrap())
}

#[test]
fn other_things_are_pushed_to_in_order_from_branches() {
    timed(|| {
        let (heap, text, lines) = some_into_others(20);
        let values: Vec<usize> = heap.into_sorted_vec().into_iter().rev().map(|value| value.0).collect();
        assert_eq!(values, (0..20).map(|i| i * 3).filter(|value| value % 2 == 0).collect::<Vec<_>>());
        assert!(text.chars().eq((0..20).map(|i| char::from(b'a' + (i * 3 % 26) as u8))));
        let line = |i: usize| if i.is_multiple_of(2) { "even".to_owned() } else { i.to_string() };
        assert_eq!(lines, (0..20).map(line).collect::<Vec<_>>());
    });
}

/// Takes only so many.
struct Full {
    values: Vec<usize>,
    most: usize,
}

impl Full {
    fn push(&mut self, value: usize) {
        assert!(self.values.len() < self.most, "full");
        self.values.push(value);
    }
}

#[concurrent(workers = 3)]
fn until_it_is_full(n: usize, out: &mut Full) {
    for i in 0..n {
        let value = work(i);
        if value % 2 == 0 {
            out.push(value);
        }
    }
}

#[test]
fn a_panic_of_a_push_leaves_what_was_pushed_before_it() {
    timed(|| {
        for most in [0, 1, 20, 24] {
            let mut out = Full { values: Vec::new(), most };
            panics(|| until_it_is_full(50, &mut out)).expect("it is full");
            assert!(out.values.into_iter().eq((0..50).map(|i| i * 3).filter(|value| value % 2 == 0).take(most)));
        }
    });
}

trait Shape {
    fn area(&self) -> usize;
}

struct Square(usize);
struct Line;

impl Shape for Square {
    fn area(&self) -> usize {
        self.0 * self.0
    }
}

impl Shape for Line {
    fn area(&self) -> usize {
        0
    }
}

#[concurrent(workers = 3)]
fn shapes(n: usize) -> Vec<Box<dyn Shape>> {
    let mut out: Vec<Box<dyn Shape>> = Vec::new();
    for i in 0..n {
        if work(i) % 2 == 0 {
            out.push(Box::new(Square(i)));
        } else {
            out.push(Box::new(Line));
        }
    }
    out
}

#[concurrent(workers = 3)]
fn sendable_shapes(n: usize) -> Vec<Box<dyn Shape + Send>> {
    let mut out: Vec<Box<dyn Shape + Send>> = Vec::new();
    for i in 0..n {
        if work(i) % 2 == 0 {
            out.push(Box::new(Square(i)));
        } else {
            out.push(Box::new(Line));
        }
    }
    out
}

#[test]
fn results_of_branches_become_what_the_vector_holds() {
    timed(|| {
        let area = |i: usize| if i.is_multiple_of(2) { i * i } else { 0 };
        assert!(shapes(20).iter().map(|shape| shape.area()).eq((0..20).map(area)));
        assert!(sendable_shapes(20).iter().map(|shape| shape.area()).eq((0..20).map(area)));
    });
}

#[concurrent(workers = 3)]
fn with_a_name<T>(n: usize, wanted: usize, name: T) -> Vec<(usize, T)> {
    let mut out = Vec::new();
    for i in 0..n {
        let value = work(i);
        if i == wanted {
            out.push((value, name));
            break;
        }
    }
    out
}

#[test]
fn the_last_iteration_may_move_what_is_around_the_loop() {
    timed(|| {
        assert_eq!(with_a_name(30, 12, "a".to_owned()), [(36, "a".to_owned())]);
    });
}

struct Sieve {
    least: usize,
    kept: Vec<usize>,
}

impl Sieve {
    fn keeps(&self, value: usize) -> bool {
        value >= self.least
    }

    #[concurrent(workers = 3)]
    fn sift(&mut self, n: usize) {
        for i in 0..n {
            let value = work(i);
            if value >= self.least {
                self.kept.push(value);
            }
        }
        for i in 0..n {
            let value = work(i);
            if self.keeps(value) {
                self.kept.push(value);
            }
        }
    }
}

#[test]
fn what_decides_may_be_a_field_or_a_method() {
    timed(|| {
        let mut sieve = Sieve { least: 60, kept: Vec::new() };
        sieve.sift(40);
        assert!(sieve.kept.into_iter().eq((20..40).chain(20..40).map(|i| i * 3)));
    });
}

#[concurrent(workers = 3)]
fn within_a_limit(n: usize, limit: Rc<Cell<usize>>) -> Vec<usize> {
    let least = Rc::clone(&limit);
    let mut out = Vec::new();
    for i in 0..n {
        let value = work(i);
        if value > (*least).get() {
            out.push(value);
        }
    }
    out
}

#[test]
fn what_is_bound_to_its_thread_stays_in_order() {
    timed(|| {
        assert_eq!(within_a_limit(30, Rc::new(Cell::new(60))), (21..30).map(|i| i * 3).collect::<Vec<_>>());
    });
}

#[concurrent(workers = 3)]
fn read_in_between(n: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for i in 0..n {
        let value = work(i);
        if out.len() % 4 == 0 {
            out.push(0);
        }
        out.push(value);
    }
    out
}

#[test]
fn what_the_loop_reads_is_pushed_in_order() {
    timed(|| {
        let mut expected: Vec<usize> = Vec::new();
        for i in 0..30 {
            if expected.len() % 4 == 0 {
                expected.push(0);
            }
            expected.push(i * 3);
        }
        assert_eq!(read_in_between(30), expected);
    });
}

#[concurrent(workers = 3)]
fn apart(n: usize, alive: &Arc<AtomicIsize>, last: usize) -> (Vec<Counted>, Vec<String>, Vec<usize>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    for i in 0..n {
        let value = work(i);
        all.push(value);
        if value % 2 == 0 {
            good.push(Counted::new(value, alive));
            continue;
        }
        if i == last {
            break;
        }
        bad.push(format!("{value} is odd"));
        bad.extend((value % 5 == 0).then(|| format!("{value} is five")));
    }
    (good, bad, all)
}

#[test]
fn results_for_several_vectors_are_collected() {
    timed(|| {
        for (last, n) in [(999, 60), (31, 31)] {
            let alive = Arc::default();
            let (good, bad, all) = apart(60, &alive, last);
            let values = || (0..n).map(|i| i * 3);
            assert!(good.iter().map(|counted| counted.value).eq(values().filter(|value| value % 2 == 0)));
            assert_eq!(alive.load(SeqCst), good.len() as isize);
            let odd = |value: usize| {
                let five = value.is_multiple_of(5).then(|| format!("{value} is five"));
                [format!("{value} is odd")].into_iter().chain(five)
            };
            assert!(bad.into_iter().eq(values().filter(|value| value % 2 == 1).flat_map(odd)));
            assert!(all.into_iter().eq((0..60.min(last + 1)).map(|i| i * 3)));
        }
    });
}

#[concurrent(workers = 3)]
fn two_columns(n: usize, bad: usize, numbers: &mut Vec<usize>, texts: &mut Vec<String>) {
    for i in 0..n {
        numbers.push(work(i));
        assert!(i != bad, "item {i}");
        texts.push(i.to_string());
    }
}

#[test]
fn each_vector_has_what_was_pushed_before_a_panic() {
    timed(|| {
        for bad in [0, 1, 13, 49, 50] {
            let (mut numbers, mut texts) = (vec![1], Vec::new());
            let panic = panics(|| two_columns(50, bad, &mut numbers, &mut texts));
            assert_eq!(panic.is_some(), bad < 50);
            assert!(numbers.into_iter().eq([1].into_iter().chain((0..50.min(bad + 1)).map(|i| i * 3))));
            assert!(texts.into_iter().eq((0..bad).map(|i| i.to_string())));
        }
    });
}

/// Vectors that tell in which order they are pushed to.
mod telling {
    use std::cell::RefCell;

    type Order = std::vec::Vec<(char, usize)>;

    thread_local! {
        pub(super) static ORDER: RefCell<Order> = const { RefCell::new(Order::new()) };
    }

    pub(super) struct Vec(char);

    impl Vec {
        pub(super) fn new(name: char) -> Self {
            Self(name)
        }

        pub(super) fn push(&mut self, value: usize) {
            ORDER.with_borrow_mut(|order| order.push((self.0, value)));
        }
    }
}

#[concurrent(workers = 3)]
fn into_telling_vectors(n: usize) {
    use telling::Vec;
    let mut even = Vec::new('e');
    let mut odd = Vec::new('o');
    for i in 0..n {
        let value = work(i);
        if value % 2 == 0 {
            even.push(value);
        } else {
            odd.push(value);
        }
    }
}

#[test]
fn other_things_are_pushed_to_in_the_order_of_the_loop() {
    timed(|| {
        telling::ORDER.take();
        into_telling_vectors(40);
        let expected = (0..40).map(|i| (if i % 2 == 0 { 'e' } else { 'o' }, i * 3));
        assert!(telling::ORDER.take().into_iter().eq(expected));
    });
}

concurrent_futures_suite::under_each_schedule!();
