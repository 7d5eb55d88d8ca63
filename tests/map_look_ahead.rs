//! `map` pulls no more inputs ahead than it may, starts them at the call, and cancels them when dropped.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use concurrent_futures::{Shutdown, ThreadPool};
use concurrent_futures_suite::{Gate, timed};

/// Numbers, and how many of them were pulled.
fn counted(n: usize) -> (impl Iterator<Item = usize>, Rc<Cell<usize>>) {
    let pulled = Rc::new(Cell::new(0));
    let counter = Rc::clone(&pulled);
    (
        std::iter::repeat_with(move || {
            counter.set(counter.get() + 1);
            counter.get()
        })
        .take(n),
        pulled,
    )
}

#[test]
fn exactly_the_buffer_is_pulled_at_the_call_and_runs_to_its_end() {
    timed(|| {
        for buffer in [1, 3, 7] {
            let pool = ThreadPool::new(2).unwrap();
            let ran = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&ran);
            let (input, pulled) = counted(100);
            let map = pool.map(move |_| count.fetch_add(1, Ordering::SeqCst), input).buffersize(buffer);
            assert_eq!(pulled.get(), buffer);
            pool.shutdown(Shutdown::Wait);
            assert_eq!((pulled.get(), ran.load(Ordering::SeqCst)), (buffer, buffer));
            drop(map);
        }
    });
}

#[test]
fn never_more_than_the_buffer_ahead() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        for (chunk, buffer) in [(1, 1), (1, 4), (2, 4), (5, 3)] {
            let (input, pulled) = counted(50);
            let mut taken = 0;
            for result in pool.map(|n| n, input).chunksize(chunk).buffersize(buffer) {
                result.unwrap();
                taken += 1;
                assert!(pulled.get() <= taken + buffer, "{} pulled, {taken} taken", pulled.get());
            }
            assert_eq!((taken, pulled.get()), (50, 50));
        }
    });
}

#[test]
fn unordered_keeps_the_bound_too() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (input, pulled) = counted(50);
        let mut taken = 0;
        for (_, result) in pool.map(|n| n, input).buffersize(3).unordered() {
            result.unwrap();
            taken += 1;
            assert!(pulled.get() <= taken + 3);
        }
        assert_eq!((taken, pulled.get()), (50, 50));
    });
}

#[test]
fn the_default_is_bounded() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (input, pulled) = counted(usize::MAX);
        let mut map = pool.map(|n| n, input);
        assert_eq!(map.next().unwrap().unwrap(), 1);
        assert!((2..=100).contains(&pulled.get()), "{} pulled", pulled.get());
    });
}

#[test]
fn nothing_is_pulled_after_the_end() {
    /// Ends, and then gives more.
    struct Revives(usize);
    impl Iterator for Revives {
        type Item = usize;
        fn next(&mut self) -> Option<usize> {
            self.0 += 1;
            assert!(self.0 <= 4, "asked again after the end");
            (self.0 <= 3).then_some(self.0)
        }
    }
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let mut map = pool.map(|n| n, Revives(0)).buffersize(10);
        assert_eq!(map.by_ref().map(Result::unwrap).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(map.next().is_none());
        assert_eq!(pool.map(|n| n, Revives(0)).unordered().count(), 3);
    });
}

#[test]
fn dropped_half_way_it_cancels_what_has_not_started() {
    for unordered in [false, true] {
        timed(move || {
            let pool = ThreadPool::new(1).unwrap();
            let gate = Gate::new();
            let inside = gate.clone();
            let map = pool.map(move |_| inside.pass(), 0..20).buffersize(10);
            gate.wait_for(1);
            if unordered {
                drop(map.unordered())
            } else {
                drop(map)
            }
            gate.open();
            pool.shutdown(Shutdown::Wait);
            assert_eq!(gate.arrived(), 1);
        });
    }
}

#[test]
fn a_map_outlived_by_a_shutdown_has_a_result_for_each_input() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let map = pool.map(|n| n, 0..5).buffersize(2);
        pool.shutdown(Shutdown::Wait);
        let results: Vec<_> = map.collect();
        assert_eq!(results.len(), 5);
        assert!(results[..2].iter().all(Result::is_ok));
        assert!(results[2..].iter().all(|result| result.as_ref().is_err_and(|error| error.is_shutdown())));
    });
}

#[test]
fn more_tasks_than_workers_and_an_immediate_shutdown() {
    timed(|| {
        for _ in 0..100 {
            let pool = ThreadPool::new(2).unwrap();
            let map = pool.map(|n| n, 0..3).buffersize(3);
            pool.shutdown(Shutdown::Wait);
            assert_eq!(map.map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 2]);
        }
    });
}

concurrent_futures_suite::under_each_schedule!();
