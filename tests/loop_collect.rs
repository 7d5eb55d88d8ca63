//! Loops that do nothing in order but push, any number of times and from anywhere in the body: chunks collect what they push,
//! and nobody can tell.

use std::any::Any;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
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
fn some(n: usize, alive: &Arc<AtomicIsize>) -> Vec<Counted> {
    let mut out = Vec::new();
    for i in 0..n {
        let value = work(i);
        if value.is_multiple_of(2) {
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
        if work(i).is_multiple_of(2) {
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
        if value.is_multiple_of(2) {
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
    (heap, text, journal.into_lines())
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
        if value.is_multiple_of(2) {
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
        if work(i).is_multiple_of(2) {
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
        if work(i).is_multiple_of(2) {
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
            if expected.len().is_multiple_of(4) {
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
        if value.is_multiple_of(2) {
            good.push(Counted::new(value, alive));
            continue;
        }
        if i == last {
            break;
        }
        bad.push(format!("{value} is odd"));
        bad.extend((value.is_multiple_of(5)).then(|| format!("{value} is five")));
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
        if value.is_multiple_of(2) {
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

/// A vector of so many elements at most, which refuses a list that it has no place for.
mod bounded {
    pub(super) struct Vec<T> {
        pub(super) values: std::vec::Vec<T>,
        pub(super) n_calls: usize,
    }

    impl<T: Clone> Vec<T> {
        pub(super) const MOST: usize = 30;

        pub(super) fn new() -> Self {
            Self { values: std::vec::Vec::new(), n_calls: 0 }
        }

        pub(super) fn push(&mut self, value: T) {
            self.extend([value]);
        }

        pub(super) fn extend(&mut self, values: impl IntoIterator<Item = T>) {
            let values: std::vec::Vec<T> = values.into_iter().collect();
            assert!(self.values.len() + values.len() <= Self::MOST, "full");
            self.values.extend(values);
            self.n_calls += 1;
        }

        pub(super) fn extend_from_slice(&mut self, values: &[T]) {
            self.extend(values.to_vec());
        }
    }
}

#[concurrent(workers = 3)]
fn extend_bounded(n: usize, out: &mut bounded::Vec<usize>) {
    for i in 0..n {
        out.extend((0..4).map(|k| work(i) + k));
    }
}

#[concurrent(workers = 3)]
fn extend_bounded_from_slices(n: usize, out: &mut bounded::Vec<usize>) {
    for i in 0..n {
        out.extend_from_slice(&[work(i), i, i, i]);
    }
}

#[concurrent(workers = 3)]
fn push_and_extend_bounded(n: usize, out: &mut bounded::Vec<usize>) {
    for i in 0..n {
        out.push(work(i));
        out.extend([i, i, i]);
    }
}

#[test]
fn other_vectors_are_extended_as_a_whole() {
    timed(|| {
        type Extend = fn(usize, &mut bounded::Vec<usize>);
        // How many calls there are in an iteration, and how many elements there are at the end, where the next list does not fit.
        let ways: [(Extend, usize, usize); 3] =
            [(extend_bounded, 1, 28), (extend_bounded_from_slices, 1, 28), (push_and_extend_bounded, 2, 29)];
        for (extend, n_calls, most) in ways {
            let mut out = bounded::Vec::new();
            extend(7, &mut out);
            assert_eq!((out.values.len(), out.n_calls), (28, 7 * n_calls));

            let mut out = bounded::Vec::new();
            panics(|| extend(40, &mut out)).expect("it is full");
            assert_eq!(out.values.len(), most);
        }
    });
}

#[concurrent(workers = 2)]
fn few_of_many(n: usize) -> Vec<usize> {
    let mut out = Vec::new();
    for i in 0..n {
        if !i.is_multiple_of(2_000) {
            continue;
        }
        out.push(i);
    }
    out
}

#[test]
fn no_room_is_made_for_what_is_skipped() {
    timed(|| {
        let out = few_of_many(20_000);
        assert!(out.iter().copied().eq((0..10).map(|i| i * 2_000)));
        assert!(out.capacity() < 1_000, "{}", out.capacity());
    });
}

macro_rules! two_of_a_name {
    ($parameter:ident, $push:block) => {
        #[concurrent(workers = 3)]
        fn of_a_macro_and_its_caller(n: usize, $parameter: &mut Vec<usize>) -> Vec<usize> {
            let mut out = Vec::new();
            for i in 0..n {
                out.push(work(i));
                $push
            }
            out
        }
    };
}

two_of_a_name!(out, {
    out.push(7);
});

#[test]
fn variables_of_one_name_are_told_apart() {
    timed(|| {
        let mut sevens = Vec::new();
        let values = of_a_macro_and_its_caller(20, &mut sevens);
        assert_eq!(values, (0..20).map(|i| i * 3).collect::<Vec<_>>());
        assert_eq!(sevens, [7; 20]);
    });
}

concurrent_futures_suite::under_each_schedule!();
