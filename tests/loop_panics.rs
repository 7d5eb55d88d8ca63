//! However an annotated loop ends, the first failure is the one that the plain loop has, every value is
//! dropped once, and nothing runs on.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::timed;

/// Longer for earlier iterations.
fn pause(i: usize, n: usize) {
    thread::sleep(Duration::from_micros(100 * n.saturating_sub(i) as u64));
}

/// The payload that a run panics with.
fn payload<T>(run: impl FnOnce() -> T) -> Option<Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(run)).err()
}

#[derive(Debug, PartialEq)]
struct Payload(usize);

#[test]
fn the_lowest_index_wins_with_its_own_payload() {
    #[concurrent(workers = 3)]
    fn run(first_bad: usize, out: &mut Vec<usize>) {
        for i in 0..12 {
            pause(i, 12);
            if i >= first_bad {
                panic::panic_any(Payload(i));
            }
            out.push(i);
        }
    }
    timed(|| {
        for first_bad in [0, 1, 5, 11] {
            let mut out = Vec::new();
            let payload = payload(|| run(first_bad, &mut out)).expect("it panics");
            assert_eq!(payload.downcast_ref(), Some(&Payload(first_bad)));
            assert_eq!(out, (0..first_bad).collect::<Vec<_>>());
        }
    });
}

#[test]
fn in_order_statements_before_a_panic_run_and_those_behind_do_not() {
    #[concurrent(workers = 3)]
    fn run(before: &mut Vec<usize>, between: &mut Vec<usize>, behind: &mut Vec<usize>) {
        for i in 0..12 {
            before.push(i);
            pause(i, 12);
            between.push(i);
            assert!(i != 6, "six");
            behind.push(i);
        }
    }
    timed(|| {
        let (mut before, mut between, mut behind) = (vec![], vec![], vec![]);
        let payload = payload(|| run(&mut before, &mut between, &mut behind)).expect("it panics");
        assert_eq!(payload.downcast_ref(), Some(&"six"));
        assert_eq!((before.len(), between.len(), behind.len()), (7, 7, 6));
    });
}

#[test]
fn an_exit_discards_the_panics_of_later_iterations() {
    #[concurrent(workers = 3, chunksize = 1)]
    fn run(late_panics: &AtomicUsize) -> usize {
        let mut seen = 0;
        for i in 0..100 {
            if i > 2 {
                late_panics.fetch_add(1, SeqCst);
                panic!("later");
            }
            seen += 1;
            pause(i, 20);
            if i == 2 {
                break;
            }
        }
        seen
    }
    timed(|| {
        let late_panics = AtomicUsize::new(0);
        assert_eq!(run(&late_panics), 3);
    });
}

#[test]
fn a_panic_of_the_source_comes_after_what_it_gave() {
    #[concurrent(workers = 3)]
    fn run(source: impl Iterator<Item = usize>, out: &mut Vec<usize>) {
        for i in source {
            pause(i, 7);
            out.push(i);
        }
    }
    timed(|| {
        let mut asked = 0;
        let source = (0..10).inspect(|i| {
            asked += 1;
            assert!(*i != 7, "the source");
        });
        let mut out = Vec::new();
        let payload = payload(|| run(source, &mut out)).expect("it panics");
        assert_eq!(payload.downcast_ref(), Some(&"the source"));
        assert_eq!(out, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(asked, 8, "a source that panicked is not asked again");
    });
}

#[test]
fn a_panic_in_the_in_order_part_ends_the_loop() {
    #[concurrent(workers = 3)]
    fn run(room: usize) -> Vec<usize> {
        let mut out = vec![0; room];
        for i in 0..20 {
            pause(i, 20);
            out[i] = i + room;
        }
        out
    }
    timed(|| {
        let payload = payload(|| run(5)).expect("it panics");
        let text = payload.downcast_ref::<String>().expect("a formatted text");
        assert_eq!(text, "index out of bounds: the len is 5 but the index is 5");
    });
}

static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

/// Counts itself as running.
struct Running;

impl Running {
    fn new() -> Self {
        IN_FLIGHT.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        IN_FLIGHT.fetch_sub(1, SeqCst);
    }
}

/// An iteration that is seen while it runs.
fn seen_running(i: usize) -> usize {
    let _running = Running::new();
    thread::sleep(Duration::from_millis(if i == 0 { 1 } else { 8 }));
    i
}

#[test]
fn no_iteration_is_in_flight_once_the_loop_is_left() {
    #[concurrent(workers = 4, chunksize = 1)]
    fn run(how: &str) -> Result<usize, String> {
        let mut total = 0;
        for i in 0..40 {
            let y = seen_running(i);
            total += y;
            match how {
                "break" if i == 1 => break,
                "return" if i == 1 => return Ok(total),
                "error" if i == 1 => Err("an error")?,
                "panic" if i == 1 => panic!("a panic"),
                _ => {}
            }
        }
        Ok(total)
    }
    timed(|| {
        for how in ["break", "return", "error", "panic", "end"] {
            let result = panic::catch_unwind(|| run(how));
            assert_eq!(IN_FLIGHT.load(SeqCst), 0, "{how}");
            match how {
                "break" | "return" => assert_eq!(result.unwrap(), Ok(1)),
                "error" => assert_eq!(result.unwrap(), Err("an error".to_owned())),
                "panic" => assert!(result.is_err()),
                _ => assert_eq!(result.unwrap(), Ok(780)),
            }
        }
    });
}

/// A value that counts how many of its kind were made and dropped.
struct Counted<'a> {
    dropped: &'a [AtomicUsize],
    index: usize,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.dropped[self.index].fetch_add(1, SeqCst);
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Done,
    BreakInParallel,
    BreakInOrder,
    ReturnInParallel,
    Error,
    PanicInParallel,
    PanicInOrder,
    PanicBehindOrder,
}

#[test]
fn every_item_and_every_value_is_dropped_exactly_once() {
    #[concurrent(workers = 3)]
    fn adaptive<'a>(items: Vec<Counted<'a>>, made: &'a [AtomicUsize], how: Ending) -> Result<Vec<Counted<'a>>, String> {
        let mut kept = Vec::new();
        for item in items {
            pause(item.index, 20);
            let value = Counted { dropped: made, index: item.index };
            if how == Ending::BreakInParallel && item.index == 7 {
                break;
            }
            if how == Ending::ReturnInParallel && item.index == 7 {
                return Ok(Vec::new());
            }
            assert!(how != Ending::PanicInParallel || item.index != 7);
            if how == Ending::Error && item.index == 7 {
                Err("seven")?;
            }
            let index = item.index;
            kept.push(value);
            let second = index * 2;
            assert!(how != Ending::PanicBehindOrder || second != 14);
            if how == Ending::BreakInOrder && kept.len() == 7 {
                break;
            }
            assert!(how != Ending::PanicInOrder || kept.len() != 7);
        }
        Ok(kept)
    }
    #[concurrent(workers = 2, chunksize = 4)]
    fn by_four<'a>(
        items: impl Iterator<Item = Counted<'a>>,
        made: &'a [AtomicUsize],
        how: Ending,
    ) -> Result<usize, String> {
        let mut kept = Vec::new();
        for item in items {
            pause(item.index, 20);
            let value = Counted { dropped: made, index: item.index };
            if how == Ending::Error && item.index == 7 {
                Err("seven")?;
            }
            assert!(how != Ending::PanicInParallel || item.index != 7);
            kept.push((item, value));
            if how == Ending::BreakInOrder && kept.len() == 7 {
                break;
            }
            assert!(how != Ending::PanicInOrder || kept.len() != 7);
        }
        Ok(kept.len())
    }
    use Ending::*;
    timed(|| {
        for how in [
            Done,
            BreakInParallel,
            BreakInOrder,
            ReturnInParallel,
            Error,
            PanicInParallel,
            PanicInOrder,
            PanicBehindOrder,
        ] {
            for form in 0..2 {
                let counters = || (0..20).map(|_| AtomicUsize::new(0)).collect::<Vec<_>>();
                let (dropped, made) = (counters(), counters());
                let items: Vec<_> = (0..20).map(|index| Counted { dropped: &dropped, index }).collect();
                let result = panic::catch_unwind(AssertUnwindSafe(|| match form {
                    0 => drop(adaptive(items, &made, how)),
                    _ => drop(by_four(items.into_iter(), &made, how)),
                }));
                let panics = matches!(how, PanicInParallel | PanicInOrder) || (how == PanicBehindOrder && form == 0);
                assert_eq!(result.is_err(), panics, "{how:?} {form}");
                for (index, count) in dropped.iter().enumerate() {
                    assert_eq!(count.load(SeqCst), 1, "{how:?} {form}: item {index}");
                }
                for (index, count) in made.iter().enumerate() {
                    let count = count.load(SeqCst);
                    assert!(count == 1 || (count == 0 && index >= 7), "{how:?} {form}: value {index}: {count}");
                }
            }
        }
    });
}

#[test]
fn chunks_whose_results_no_memory_could_hold_are_a_panic_and_not_the_end_of_the_program() {
    #[concurrent(workers = 2, chunksize = chunk)]
    fn run(n: u64, chunk: usize) -> u64 {
        let mut total = 0;
        for i in 0..n {
            pause(0, 1);
            total += i;
            if total > 100 {
                break;
            }
        }
        total
    }
    timed(|| {
        let payload = payload(|| run(1 << 60, usize::MAX)).expect("it panics");
        let text = payload.downcast_ref::<String>().expect("a panic with a text");
        assert!(text.contains("`chunksize` is too large"), "{text}");
        assert_eq!(run(1 << 60, 1 << 10), 105);
    });
}

concurrent_futures_suite::under_each_schedule!();
