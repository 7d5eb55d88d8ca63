//! The source of an annotated loop is asked on the caller, in order, never again after its end, and only
//! so far ahead of the in-order part as was said.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, ThreadId};
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::timed;

fn pause(n: usize) {
    thread::sleep(Duration::from_micros(150 * (7 - n as u64 % 8)));
}

/// Numbers up to a limit, and a protocol of who asked for them.
struct Asked<'a> {
    next: usize,
    limit: usize,
    by: &'a RefCell<Vec<ThreadId>>,
    is_over: bool,
}

impl Iterator for Asked<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        assert!(!self.is_over, "asked again after its end");
        self.by.borrow_mut().push(thread::current().id());
        if self.next == self.limit {
            self.is_over = true;
            return None;
        }
        self.next += 1;
        Some(self.next - 1)
    }
}

#[test]
fn the_source_is_asked_on_the_caller_once_for_each_item_and_not_after_its_end() {
    #[concurrent(workers = 4)]
    fn adaptive(source: Asked<'_>) -> Vec<usize> {
        let mut out = Vec::new();
        for i in source {
            pause(i);
            out.push(i);
        }
        out
    }
    #[concurrent(workers = 3, chunksize = 7, buffersize = 20)]
    fn by_seven(source: Asked<'_>) -> Vec<usize> {
        let mut out = Vec::new();
        for i in source {
            pause(i);
            out.push(i);
        }
        out
    }
    timed(|| {
        for run in [adaptive, by_seven] {
            for limit in [0, 1, 2, 7, 8, 50] {
                let by = RefCell::new(Vec::new());
                let out = run(Asked { next: 0, limit, by: &by, is_over: false });
                assert_eq!(out, (0..limit).collect::<Vec<_>>());
                let me = thread::current().id();
                assert_eq!(by.into_inner(), vec![me; limit + 1]);
            }
        }
    });
}

#[test]
fn never_more_than_the_buffer_ahead() {
    #[concurrent(workers = 3, buffersize = buffer)]
    fn adaptive(n: usize, buffer: usize) -> usize {
        let pulled = Cell::new(0);
        let mut done = 0;
        for i in (0..n).inspect(|_| pulled.set(pulled.get() + 1)) {
            pause(i);
            assert!(pulled.get() <= done + buffer, "{} pulled, {done} done", pulled.get());
            done += 1;
        }
        done
    }
    #[concurrent(workers = 3, buffersize = buffer, chunksize = chunk)]
    fn in_chunks(n: usize, buffer: usize, chunk: usize) -> usize {
        let pulled = Cell::new(0);
        let mut done = 0;
        for i in (0..n).inspect(|_| pulled.set(pulled.get() + 1)) {
            pause(i);
            assert!(pulled.get() <= done + buffer, "{} pulled, {done} done", pulled.get());
            done += 1;
        }
        done
    }
    timed(|| {
        for buffer in [1, 2, 5, 17] {
            assert_eq!(adaptive(60, buffer), 60);
        }
        for (buffer, chunk) in [(1, 1), (4, 2), (5, 5), (9, 4)] {
            assert_eq!(in_chunks(50, buffer, chunk), 50);
        }
    });
}

#[test]
fn a_range_too_is_started_no_further_ahead_than_the_buffer() {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    fn start(i: usize) -> usize {
        STARTED.fetch_add(1, SeqCst);
        i
    }
    #[concurrent(workers = 4, buffersize = 6)]
    fn run(n: usize) {
        let mut done = 0;
        for i in 0..n {
            let y = start(i);
            let started = STARTED.load(SeqCst);
            done += y - i + 1;
            assert!(STARTED.load(SeqCst) <= done - 1 + 6, "{started} started, {done} done");
            thread::sleep(Duration::from_micros(100));
        }
        assert_eq!(done, n);
    }
    timed(|| run(200));
}

#[test]
fn with_a_buffer_of_one_the_source_sees_the_effects_of_earlier_iterations() {
    #[concurrent(workers = 3, buffersize = 1)]
    fn flood(neighbours: &[Vec<usize>]) -> Vec<usize> {
        let queue = Rc::new(RefCell::new(VecDeque::from([0])));
        let mut seen = vec![false; neighbours.len()];
        let mut order = Vec::new();
        for node in std::iter::from_fn(|| queue.borrow_mut().pop_front()) {
            pause(node);
            let next: Vec<usize> = neighbours[node].iter().rev().copied().collect();
            if seen[node] {
                continue;
            }
            seen[node] = true;
            order.push(node);
            queue.borrow_mut().extend(next);
        }
        order
    }
    timed(|| {
        let neighbours = [vec![1, 2], vec![3, 0], vec![3], vec![4], vec![0], vec![]];
        assert_eq!(flood(&neighbours), [0, 2, 1, 3, 4]);
    });
}

#[test]
fn a_slow_in_order_part_does_not_let_a_million_items_pile_up() {
    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    struct Value;
    impl Drop for Value {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, SeqCst);
        }
    }
    fn make(_: usize) -> Value {
        MOST.fetch_max(ALIVE.fetch_add(1, SeqCst) + 1, SeqCst);
        Value
    }
    /// A function, since the loop would be refused if it were seen to look at what its source changes.
    fn so_far(pulled: &Cell<usize>) -> usize {
        pulled.get()
    }
    #[concurrent(workers = 3)]
    fn run(n: usize) -> (usize, usize) {
        let mut pulled_most = 0;
        let pulled = Cell::new(0);
        let mut kept = Vec::new();
        let mut done = 0;
        for i in (0..n).inspect(|_| pulled.set(pulled.get() + 1)) {
            let value = make(i);
            #[concurrent(ordered)]
            {
                pulled_most = pulled_most.max(so_far(&pulled) - done);
            }
            done += 1;
            kept.clear();
            kept.push(value);
            if done < 50 {
                thread::sleep(Duration::from_micros(500));
            }
        }
        (done, pulled_most)
    }
    timed(|| {
        let (done, pulled_most) = run(1_000_000);
        assert_eq!(done, 1_000_000);
        assert_eq!(ALIVE.load(SeqCst), 0);
        let most = MOST.load(SeqCst);
        assert!(most < 200_000 && pulled_most < 200_000, "{most} values and {pulled_most} items at once");
    });
}

/// Ends the scope of a temporary.
struct Guard<'a>(&'a Cell<usize>, &'a RefCell<Vec<&'static str>>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push("the temporary ends");
    }
}

impl Guard<'_> {
    fn items(&self) -> impl Iterator<Item = usize> + use<> {
        self.0.set(self.0.get() + 1);
        0..5
    }
}

#[test]
fn the_iterated_expression_is_evaluated_once_and_its_temporaries_live_to_the_end() {
    #[concurrent(workers = 3)]
    fn run(evaluated: &Cell<usize>, log: &RefCell<Vec<&'static str>>) {
        let mut seen = Vec::new();
        for i in Guard(evaluated, log).items() {
            pause(i);
            seen.push(i);
            log.borrow_mut().push("an iteration");
        }
        log.borrow_mut().push("behind the loop");
    }
    timed(|| {
        let (evaluated, log) = (Cell::new(0), RefCell::new(Vec::new()));
        run(&evaluated, &log);
        assert_eq!(evaluated.get(), 1);
        let mut expected = vec!["an iteration"; 5];
        expected.extend(["the temporary ends", "behind the loop"]);
        assert_eq!(log.into_inner(), expected);
    });
}

#[test]
fn a_lock_in_the_iterated_expression_is_held_through_the_loop() {
    #[concurrent(workers = 3)]
    fn run(numbers: &Mutex<Vec<usize>>) -> (Vec<usize>, usize) {
        let mut out = Vec::new();
        let mut n_held = 0;
        for n in numbers.lock().unwrap().iter() {
            pause(*n);
            n_held += usize::from(numbers.try_lock().is_err());
            out.push(*n);
        }
        assert!(numbers.try_lock().is_ok());
        (out, n_held)
    }
    timed(|| {
        let numbers = Mutex::new((0..30).collect());
        assert_eq!(run(&numbers), ((0..30).collect(), 30));
    });
}

#[test]
fn where_nothing_waits_all_others_are_run_beside_a_long_iteration() {
    const N: usize = 500;
    /// The first iteration ends when all others have.
    fn run(n_done: &AtomicUsize, i: usize) -> u64 {
        while i == 0 && n_done.load(SeqCst) < N - 1 {
            thread::yield_now();
        }
        n_done.fetch_add(1, SeqCst);
        i as u64
    }
    #[concurrent(workers = 2, reduce(+: sum))]
    fn summed(n_done: &AtomicUsize) -> u64 {
        let mut sum = 0;
        for i in 0..N {
            sum += run(n_done, i);
        }
        sum
    }
    #[concurrent(workers = 2)]
    fn stored(n_done: &AtomicUsize) -> u64 {
        let mut out = Vec::new();
        for i in 0..N {
            out.push(run(n_done, i));
        }
        out.iter().sum()
    }
    timed(|| {
        for sum in [summed, stored] {
            assert_eq!(sum(&AtomicUsize::new(0)), (0..N as u64).sum());
        }
    });
}
