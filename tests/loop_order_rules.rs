//! The rules by which a body is taken apart, one by one: nothing extra, exits at their own place, errors
//! converted on the caller, bindings rather than names, messages as they were written.

#![expect(
    clippy::manual_is_multiple_of,
    clippy::useless_vec,
    clippy::non_minimal_cfg,
    reason = "the bodies have the forms that are tested"
)]

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, RwLock, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::timed;

/// How often each iteration called something.
struct Calls(Mutex<Vec<usize>>);

impl Calls {
    fn new(n: usize) -> Self {
        Self(Mutex::new(vec![0; n]))
    }

    /// One call in iteration `i`; longer in earlier ones.
    fn call(&self, i: usize) -> usize {
        self.0.lock().unwrap()[i] += 1;
        thread::sleep(Duration::from_micros(120 * (7 - i as u64 % 8)));
        i
    }

    fn each(&self) -> Vec<usize> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn a_call_behind_an_in_order_exit_does_not_run_in_that_iteration() {
    #[concurrent(workers = 3)]
    fn run(n: usize, before: &Calls, behind: &Calls) -> Vec<usize> {
        let mut out = Vec::new();
        for i in 0..n {
            let y = before.call(i);
            if out.len() > 4 && i % 2 == 0 {
                continue;
            }
            let z = behind.call(i);
            out.push(y + z);
        }
        out
    }
    timed(|| {
        let (before, behind) = (Calls::new(20), Calls::new(20));
        run(20, &before, &behind);
        assert_eq!(before.each(), [1; 20]);
        let expected: Vec<usize> = (0..20).map(|i| usize::from(i < 5 || i % 2 == 1)).collect();
        assert_eq!(behind.each(), expected);
    });
}

#[test]
fn a_call_behind_a_parallel_exit_does_not_run_in_that_iteration() {
    #[concurrent(workers = 3)]
    fn run(n: usize, first: &Calls, second: &Calls, third: &Calls) -> usize {
        let mut tried = 0;
        for i in 0..n {
            if first.call(i) % 3 == 0 {
                continue;
            }
            tried += 1;
            let y = second.call(i);
            if y % 5 == 0 {
                continue;
            }
            tried += third.call(i) - i;
        }
        tried
    }
    timed(|| {
        let calls = [Calls::new(20), Calls::new(20), Calls::new(20)];
        run(20, &calls[0], &calls[1], &calls[2]);
        assert_eq!(calls[0].each(), [1; 20]);
        assert_eq!(calls[1].each(), (0..20).map(|i| usize::from(i % 3 != 0)).collect::<Vec<_>>());
        assert_eq!(calls[2].each(), (0..20).map(|i| usize::from(i % 3 != 0 && i % 5 != 0)).collect::<Vec<_>>());
    });
}

#[test]
fn nothing_is_taken_out_of_what_may_not_be_evaluated() {
    #[concurrent(workers = 3)]
    fn run(n: usize, always: &Calls, sometimes: &Calls) -> (usize, bool) {
        let mut on = false;
        let mut count = 0;
        for i in 0..n {
            let y = always.call(i);
            on = on || y == 3;
            if on && sometimes.call(i) % 2 == 0 {
                count += 1;
            }
            let skip = !on || count > 100 && sometimes.call(i) > 0;
            if skip {
                count += 0;
            } else {
                count += sometimes.call(i);
            }
            count += match on {
                true => sometimes.call(i),
                false => 1,
            };
            let lazy = || count + sometimes.call(i);
            if y > 100 {
                count = lazy();
            }
        }
        (count, on)
    }
    timed(|| {
        let (always, sometimes) = (Calls::new(12), Calls::new(12));
        let (mut plain_on, mut plain_count) = (false, 0);
        let expected: Vec<usize> = (0..12)
            .map(|i| {
                let mut calls = 0;
                plain_on |= i == 3;
                if plain_on {
                    calls += 1;
                    plain_count += usize::from(i % 2 == 0);
                }
                let skip = !plain_on
                    || plain_count > 100 && {
                        calls += 1;
                        i > 0
                    };
                if !skip {
                    calls += 1;
                    plain_count += i;
                }
                calls += usize::from(plain_on);
                plain_count += if plain_on { i } else { 1 };
                calls
            })
            .collect();
        assert_eq!(run(12, &always, &sometimes), (plain_count, plain_on));
        assert_eq!(always.each(), [1; 12]);
        assert_eq!(sometimes.each(), expected);
    });
}

#[test]
fn what_both_parts_use_is_made_once() {
    #[concurrent(workers = 3)]
    fn run(n: usize, by_reference: &Calls, within_option: &Calls, viewed: &Calls) -> Vec<usize> {
        let mut out = Vec::new();
        for i in 0..n {
            let both = vec![by_reference.call(i), i];
            let made = &both;
            let mapped = Some(i).map(|i| within_option.call(i));
            let first = vec![viewed.call(i), 1].first().copied();
            out.push(made.len());
            out.extend(mapped);
            out.extend(first);
        }
        out
    }
    timed(|| {
        let calls = [Calls::new(9), Calls::new(9), Calls::new(9)];
        let out = run(9, &calls[0], &calls[1], &calls[2]);
        assert_eq!(out, (0..9).flat_map(|i| [2, i, i]).collect::<Vec<_>>());
        calls.iter().for_each(|calls| assert_eq!(calls.each(), [1; 9]));
    });
}

#[test]
fn only_the_branch_that_is_taken_runs() {
    #[concurrent(workers = 3)]
    fn run(n: usize, calls: [&Calls; 4]) -> (Vec<usize>, usize) {
        let mut out = Vec::new();
        let mut skipped = 0;
        for i in 0..n {
            if i % 5 == 0 {
                skipped += calls[0].call(i) - i + 1;
                continue;
            }
            let Some(half) = (i % 2 == 0).then_some(i / 2) else {
                skipped += 1;
                continue;
            };
            match half {
                1..3 => out.push(calls[1].call(i)),
                half if half % 3 == 0 => {
                    out.push(half);
                    out.push(calls[2].call(i));
                }
                _ => {}
            }
            out.push(calls[3].call(i));
        }
        (out, skipped)
    }
    timed(|| {
        let calls = [Calls::new(20), Calls::new(20), Calls::new(20), Calls::new(20)];
        run(20, calls.each_ref());
        let each = |is: fn(usize) -> bool| (0..20).map(|i| usize::from(is(i))).collect::<Vec<_>>();
        assert_eq!(calls[0].each(), each(|i| i % 5 == 0));
        assert_eq!(calls[1].each(), each(|i| i % 5 != 0 && [2, 4].contains(&i)));
        assert_eq!(calls[2].each(), each(|i| i % 5 != 0 && i % 6 == 0));
        assert_eq!(calls[3].each(), each(|i| i % 5 != 0 && i % 2 == 0));
    });
}

#[test]
fn an_inner_loop_runs_up_to_its_exit() {
    #[concurrent(workers = 3)]
    fn run(n: usize, calls: [&Calls; 3]) -> (Vec<usize>, usize) {
        let mut out = Vec::new();
        let mut tried = 0;
        'outer: for i in 0..n {
            for k in 0..5 {
                tried += 1;
                let y = calls[0].call(5 * i + k);
                if y % 7 == 3 {
                    break;
                }
                out.push(y);
                if y % 11 == 3 {
                    continue 'outer;
                }
                out.push(calls[1].call(5 * i + k));
            }
            out.push(calls[2].call(i));
        }
        (out, tried)
    }
    timed(|| {
        let calls = [Calls::new(100), Calls::new(100), Calls::new(20)];
        let (_, tried) = run(20, calls.each_ref());
        let mut expected = [vec![0; 100], vec![0; 100], vec![0; 20]];
        'outer: for i in 0..20 {
            for k in 0..5 {
                let y = 5 * i + k;
                expected[0][y] += 1;
                if y % 7 == 3 {
                    break;
                }
                if y % 11 == 3 {
                    continue 'outer;
                }
                expected[1][y] += 1;
            }
            expected[2][i] += 1;
        }
        assert_eq!(tried, expected[0].iter().sum::<usize>());
        assert_eq!(calls.map(|calls| calls.each()), expected);
    });
}

#[test]
fn a_panic_ends_its_branch_and_what_stands_behind() {
    #[concurrent(workers = 3)]
    fn run(log: &mut Vec<String>, calls: [&Calls; 2]) {
        for i in 0..9 {
            if i % 2 == 1 {
                log.push(format!("begun {i}"));
                let y = calls[0].call(i);
                assert!(y != 5, "five");
                log.push(format!("done {y}"));
            }
            for k in 0..3 {
                log.push(format!("{k}"));
                assert!(i != 7 || k != 1);
                log.push(format!("{}", calls[1].call(i)));
            }
        }
    }
    timed(|| {
        let calls = [Calls::new(9), Calls::new(9)];
        let mut log = Vec::new();
        assert_eq!(text_of(|| run(&mut log, calls.each_ref())), "five");
        assert_eq!(log.last().unwrap(), "begun 5");
        assert_eq!(log.iter().filter(|line| line.starts_with("done")).count(), 2);
        assert_eq!(calls[1].each()[5], 0, "nothing behind the panic runs in its iteration");
    });
}

#[test]
fn marks_say_which_part_a_statement_belongs_to() {
    #[concurrent(workers = 3)]
    fn run(n: usize, seen: &Mutex<Vec<(usize, ThreadId)>>, calls: &Calls) -> Vec<usize> {
        let mut out = Vec::new();
        for i in 0..n {
            #[concurrent(ordered)]
            seen.lock().unwrap().push((calls.call(i), thread::current().id()));
            out.push(calls.call(i));
        }
        out
    }
    #[concurrent(workers = 3, chunksize = 1)]
    fn unordered(n: usize, seen: &Mutex<BTreeSet<usize>>, calls: &Calls) -> Vec<bool> {
        let mut out = Vec::new();
        for i in 0..n {
            #[concurrent(parallel)]
            seen.lock().unwrap().insert(calls.call(i));
            out.push(i % 2 == 0);
        }
        out
    }
    timed(|| {
        let seen = Mutex::new(Vec::new());
        assert_eq!(run(20, &seen, &Calls::new(20)), (0..20).collect::<Vec<_>>());
        let here = thread::current().id();
        assert_eq!(seen.into_inner().unwrap(), (0..20).map(|i| (i, here)).collect::<Vec<_>>());
        let seen = Mutex::new(BTreeSet::new());
        assert_eq!(unordered(20, &seen, &Calls::new(20)).len(), 20);
        assert_eq!(seen.into_inner().unwrap(), (0..20).collect());
    });
}

#[test]
fn nothing_is_taken_out_of_a_statement_that_is_configured_away() {
    #[concurrent(workers = 3)]
    fn run(n: usize, calls: &Calls, never: &Calls) -> Vec<usize> {
        let mut out = Vec::new();
        for i in 0..n {
            let y = calls.call(i);
            #[cfg(any())]
            out.push(never.call(y));
            #[cfg(all())]
            out.push(y);
        }
        let _ = never;
        out
    }
    timed(|| {
        let (calls, never) = (Calls::new(9), Calls::new(9));
        assert_eq!(run(9, &calls, &never), (0..9).collect::<Vec<_>>());
        assert_eq!((calls.each(), never.each()), (vec![1; 9], vec![0; 9]));
    });
}

#[test]
fn an_exit_takes_effect_behind_the_statements_before_it() {
    #[concurrent(workers = 3)]
    fn run(n: usize, calls: &Calls) -> (usize, usize, Vec<usize>) {
        let (mut tried, mut good) = (0, 0);
        let mut out = Vec::new();
        for i in 0..n {
            tried += 1;
            if calls.call(i) % 4 == 1 {
                continue;
            }
            good += 1;
            if i == 11 {
                break;
            }
            out.push(i);
        }
        (tried, good, out)
    }
    timed(|| assert_eq!(run(20, &Calls::new(20)), (12, 9, vec![0, 2, 3, 4, 6, 7, 8, 10])));
}

#[test]
fn an_error_within_a_statement_comes_behind_the_effects_before_it() {
    fn checked(i: usize) -> Result<usize, String> {
        if i == 5 { Err(format!("{i}")) } else { Ok(i) }
    }
    #[concurrent(workers = 3)]
    fn run(log: &mut Vec<usize>, left: &mut usize, calls: &Calls) -> Result<Vec<(bool, usize)>, String> {
        let mut out = Vec::new();
        let on = true;
        for i in 0..9 {
            calls.call(i);
            out.push((
                on && {
                    log.push(i);
                    true
                },
                checked(i)?,
            ));
            *left -= 1;
        }
        Ok(out)
    }
    #[concurrent(workers = 3)]
    fn divided(mut left: usize) -> Result<Vec<usize>, String> {
        let mut out = Vec::new();
        for i in 0..9 {
            out.push(100 / left + checked(i)?);
            left -= 1;
        }
        Ok(out)
    }
    timed(|| {
        let (mut log, mut left) = (Vec::new(), 20);
        assert_eq!(run(&mut log, &mut left, &Calls::new(9)), Err("5".to_owned()));
        assert_eq!((log, left), (vec![0, 1, 2, 3, 4, 5], 15));
        assert!(panic::catch_unwind(|| divided(5)).is_err(), "the division comes first");
        assert_eq!(divided(6), Err("5".to_owned()));
    });
}

#[derive(Debug)]
struct Converted {
    text: String,
    on: ThreadId,
}

impl From<String> for Converted {
    fn from(text: String) -> Self {
        Self { text, on: thread::current().id() }
    }
}

#[test]
fn errors_are_converted_on_the_callers_thread() {
    #[concurrent(workers = 3, chunksize = 1)]
    fn run(n: usize, bad: usize, calls: &Calls) -> Result<usize, Converted> {
        let mut total = 0;
        for i in 0..n {
            let y = calls.call(i);
            let z = if y == bad { Err(format!("{y} is bad")) } else { Ok(y) }?;
            total += z;
        }
        Ok(total)
    }
    timed(|| {
        for bad in 0..12 {
            let error = run(12, bad, &Calls::new(12)).unwrap_err();
            assert_eq!((error.text, error.on), (format!("{bad} is bad"), thread::current().id()));
        }
        assert_eq!(run(12, 99, &Calls::new(12)).unwrap(), 66);
    });
}

#[test]
fn order_follows_bindings_rather_than_names() {
    #[concurrent(workers = 3)]
    fn run(n: usize, calls: &Calls) -> (Vec<usize>, HashLike) {
        let mut out = Vec::new();
        let mut set = HashLike::default();
        for i in 0..n {
            let y = calls.call(i);
            {
                // Another variable of that name, which nobody carries.
                let mut out = vec![y];
                out.push(calls.call(i));
                set.0.insert(out.len() + y);
            }
            out.push(y);
            let y = out.len();
            set.0.insert(y + 1000);
            let out = calls.call(i);
            set.0.insert(out + 2000);
        }
        (out, set)
    }
    timed(|| {
        let calls = Calls::new(9);
        let (out, set) = run(9, &calls);
        assert_eq!(out, (0..9).collect::<Vec<_>>());
        assert_eq!(set.0, (0..9).flat_map(|i| [i + 2, i + 1001, i + 2000]).collect());
        assert_eq!(calls.each(), [3; 9]);
    });
}

#[derive(Debug, Default, PartialEq)]
struct HashLike(BTreeSet<usize>);

#[test]
fn effects_on_another_name_of_something_outer_stay_in_order() {
    #[concurrent(workers = 3)]
    fn clones(n: usize, calls: &Calls) -> Vec<usize> {
        let log = Arc::new(Mutex::new(Vec::new()));
        let (tx, rx) = mpsc::channel();
        for i in 0..n {
            let log = Arc::clone(&log);
            let tx = tx.clone();
            let y = calls.call(i);
            log.lock().unwrap().push(y);
            tx.send(y).unwrap();
        }
        drop(tx);
        let sent: Vec<usize> = rx.iter().collect();
        assert_eq!(*log.lock().unwrap(), sent);
        sent
    }
    #[concurrent(workers = 3)]
    fn references(n: usize, calls: &Calls) -> Vec<usize> {
        let log = Mutex::new(Vec::new());
        for i in 0..n {
            let sink = &log;
            let y = calls.call(i);
            sink.lock().unwrap().push(y);
        }
        log.into_inner().unwrap()
    }
    timed(|| {
        assert_eq!(clones(20, &Calls::new(20)), (0..20).collect::<Vec<_>>());
        assert_eq!(references(20, &Calls::new(20)), (0..20).collect::<Vec<_>>());
    });
}

#[test]
fn what_the_in_order_part_stores_is_read_in_order() {
    #[concurrent(workers = 3)]
    fn stops(n: usize, calls: &Calls) -> Vec<usize> {
        let done = AtomicBool::new(false);
        let mut out = Vec::new();
        for i in 0..n {
            let y = calls.call(i);
            if done.load(SeqCst) {
                break;
            }
            if y == 12 {
                done.store(true, SeqCst);
            }
            out.push(y);
        }
        out
    }
    #[concurrent(workers = 3)]
    fn hits(n: usize, calls: &Calls) -> usize {
        let known = RwLock::new(BTreeSet::new());
        let mut hits = 0;
        for i in 0..n {
            let key = calls.call(i) % 4;
            let is_hit = known.read().unwrap().contains(&key);
            hits += usize::from(is_hit);
            known.write().unwrap().insert(key);
        }
        hits
    }
    timed(|| {
        for _ in 0..5 {
            assert_eq!(stops(40, &Calls::new(40)), (0..13).collect::<Vec<_>>());
            assert_eq!(hits(40, &Calls::new(40)), 36);
        }
    });
}

#[test]
fn a_guard_of_an_iteration_lives_until_its_in_order_part_is_done() {
    struct Open<'a>(usize, &'a Mutex<BTreeSet<usize>>);
    impl<'a> Open<'a> {
        fn new(i: usize, all: &'a Mutex<BTreeSet<usize>>) -> Self {
            all.lock().unwrap().insert(i);
            Self(i, all)
        }
    }
    impl Drop for Open<'_> {
        fn drop(&mut self) {
            self.1.lock().unwrap().remove(&self.0);
        }
    }
    fn is_open(i: usize, all: &Mutex<BTreeSet<usize>>, asked: &mut usize) -> bool {
        *asked += 1;
        all.lock().unwrap().contains(&i)
    }
    #[concurrent(workers = 3)]
    fn run(n: usize, calls: &Calls, all: &Mutex<BTreeSet<usize>>) -> Vec<bool> {
        let mut asked = 0;
        let mut out = Vec::new();
        for i in 0..n {
            let _open = Open::new(calls.call(i), all);
            out.push(is_open(i, all, &mut asked));
        }
        out
    }
    timed(|| {
        let all = Mutex::new(BTreeSet::new());
        assert_eq!(run(9, &Calls::new(9), &all), [true; 9]);
        assert!(all.into_inner().unwrap().is_empty());
    });
}

/// The text of a panic.
fn text_of<T>(run: impl FnOnce() -> T) -> String {
    let payload = panic::catch_unwind(AssertUnwindSafe(run)).err().expect("it panics");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast_ref::<&str>().expect("a text")).to_owned(),
    }
}

#[test]
fn messages_are_as_they_were_written() {
    macro_rules! loops {
        ($name:ident, [$($attr:tt)*]) => {
            mod $name {
                use super::Calls;
                #[$($attr)*]
                pub(super) fn run(which: usize, calls: &Calls) -> usize {
                    let mut total = 0;
                    for i in 0..9 {
                        let y = calls.call(i);
                        assert!(which != 0 || y+1 < 5 , "y is {y}, {}", y * 2);
                        assert!(which != 1 || y  <  5);
                        assert_eq!(which == 2 && y > 5, false, "{y:>4}");
                        debug_assert_ne!((which, y), (3, 7));
                        total += 1;
                        assert!(which != 4 || total < 4, "total is {total}");
                        let none: Option<usize> = if which == 5 { None } else { Some(y) };
                        total += none.expect("something");
                        if which == 6 && y == 2 { panic!("at {y:?}") }
                        assert!(matches!(total, 0..200) || which != 7, "{}", stringify!(a  b));
                        total += [1, 2, 3][if which == 8 { y } else { 0 }];
                        if which == 9 && total > 20 { unreachable!("{total}") }
                    }
                    total
                }
            }
        };
    }
    loops!(plain, [allow(clippy::all, reason = "odd on purpose")]);
    loops!(annotated, [concurrent_futures::concurrent(workers = 3)]);
    timed(|| {
        for which in (0..7).chain([8, 9]) {
            let calls = Calls::new(9);
            let expected = text_of(|| plain::run(which, &calls));
            assert_eq!(text_of(|| annotated::run(which, &calls)), expected);
        }
    });
}

#[test]
fn a_panic_names_the_users_line() {
    #[concurrent(workers = 3)]
    fn run(calls: &Calls) -> usize {
        let mut total = 0;
        for i in 0..9 {
            let y = calls.call(i);
            let text = if y == 4 { "x" } else { "1" };
            total += text.parse::<usize>().unwrap(); // this line
        }
        total
    }
    timed(|| {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&lines);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().expect("a place");
            if place.file().ends_with("loop_order_rules.rs") {
                seen.lock().unwrap().push(place.line());
            }
            before(info);
        }));
        text_of(|| run(&Calls::new(9)));
        let line =
            include_str!("loop_order_rules.rs").lines().position(|line| line.ends_with("// this line")).unwrap() + 1;
        assert!(lines.lock().unwrap().contains(&(line as u32)));
    });
}

concurrent_futures_suite::under_each_schedule!();
