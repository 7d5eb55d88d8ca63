//! Whatever a task, its argument or its result does to its process: the others arrive, the pool lives on, and nothing hangs.

use std::fmt;
use std::marker::PhantomData;
use std::{process, thread};

use concurrent_futures::{Error, Future, ProcessPool, Shutdown, as_completed, concurrent};
use concurrent_futures_suite::{Door, Probe, Scratch, signal, status_of, threads_named, timed, until};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn square(n: u64) -> u64 {
    n * n
}

/// The program that runs the tests, whatever copies of it do.
static HERE: std::sync::OnceLock<u32> = std::sync::OnceLock::new();

fn is_worker() -> bool {
    HERE.get().is_none()
}

fn is_here() {
    HERE.get_or_init(process::id);
}

fn crash() -> ! {
    // SAFETY: it is not: nobody has a page at 8. That is the point.
    unsafe { std::ptr::with_exposed_provenance_mut::<u8>(8).write_volatile(1) };
    process::abort()
}

/// What happens to a value on its way.
trait Event: 'static {
    fn encoded() -> Result<(), String> {
        Ok(())
    }
    fn decoded() -> Result<(), String> {
        Ok(())
    }
}

/// A value with an event.
struct Eventful<E>(PhantomData<fn() -> E>);

impl<E> Eventful<E> {
    const NEW: Self = Self(PhantomData);
}

impl<E> fmt::Debug for Eventful<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Eventful")
    }
}

impl<E: Event> Serialize for Eventful<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        E::encoded().map_err(S::Error::custom)?;
        7_u8.serialize(serializer)
    }
}

impl<'de, E: Event> Deserialize<'de> for Eventful<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer)?;
        E::decoded().map_err(D::Error::custom)?;
        Ok(Self::NEW)
    }
}

macro_rules! events {
    ($($name:ident: $method:ident $does:block)*) => {$(
        struct $name;
        impl Event for $name {
            fn $method() -> Result<(), String> $does
        }
    )*};
}

events! {
    EncodeFails: encoded { Err("not today".to_owned()) }
    EncodePanics: encoded { panic!("while encoding") }
    EncodeExits: encoded { if is_worker() { process::exit(4) } Ok(()) }
    EncodeCrashes: encoded { if is_worker() { crash() } Ok(()) }
    DecodeFails: decoded { Err("not today".to_owned()) }
    DecodePanics: decoded { panic!("while decoding") }
    DecodeExits: decoded { if is_worker() { process::exit(5) } Ok(()) }
    DecodeCrashes: decoded { if is_worker() { crash() } Ok(()) }
    DecodeAborts: decoded { if is_worker() { process::abort() } Ok(()) }
    DecodeFailsHere: decoded { if is_worker() { Ok(()) } else { Err("not here".to_owned()) } }
    DecodePanicsHere: decoded { if is_worker() { Ok(()) } else { panic!("while decoding here") } }
    DecodePanicsBadlyHere: decoded { if is_worker() { Ok(()) } else { std::panic::panic_any(PanicsAgain) } }
}

/// A panic's payload that panics when it is dropped.
struct PanicsAgain;

impl Drop for PanicsAgain {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("once more");
        }
    }
}

fn takes<E: Event>(_: Eventful<E>) -> u64 {
    1
}

fn gives<E: Event>(_: u64) -> Eventful<E> {
    Eventful::NEW
}

/// Has something go wrong amid other tasks, which arrive all the same.
#[track_caller]
fn amid_others<T: fmt::Debug + 'static>(submit: impl Fn(&ProcessPool) -> Future<T>) -> Error {
    is_here();
    let pool = ProcessPool::new(2).unwrap();
    let before: Vec<_> = (0..50).map(|n| pool.submit(square, n)).collect();
    let goes_wrong = submit(&pool);
    let after: Vec<_> = (50..100).map(|n| pool.submit(square, n)).collect();
    let error = goes_wrong.result().expect_err("it goes wrong");
    for (n, future) in (0..).zip(before.into_iter().chain(after)) {
        assert_eq!(future.result().unwrap(), n * n);
    }
    assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    error
}

#[test]
fn an_argument_that_does_not_encode() {
    timed(|| {
        let error = amid_others(|pool| pool.submit(takes::<EncodeFails>, Eventful::NEW));
        assert!(error.is_encode() && error.to_string().contains("not today"), "{error}");
        let error = amid_others(|pool| pool.submit(takes::<EncodePanics>, Eventful::NEW));
        assert!(error.is_encode() && error.to_string().contains("panicked"), "{error}");
    });
}

#[test]
fn an_argument_that_does_not_decode() {
    timed(|| {
        let error = amid_others(|pool| pool.submit(takes::<DecodeFails>, Eventful::NEW));
        assert!(error.is_decode() && error.to_string().contains("not today"), "{error}");
        let error = amid_others(|pool| pool.submit(takes::<DecodePanics>, Eventful::NEW));
        assert!(error.is_decode() && error.to_string().contains("while decoding"), "{error}");
    });
}

#[test]
fn an_argument_whose_decoding_ends_the_worker() {
    timed(|| {
        let error = amid_others(|pool| pool.submit(takes::<DecodeExits>, Eventful::NEW));
        assert!(error.is_worker_died() && error.exit_code() == Some(5), "{error}");
        let error = amid_others(|pool| pool.submit(takes::<DecodeCrashes>, Eventful::NEW));
        assert!(error.is_worker_died() && error.signal() == Some(libc::SIGSEGV), "{error}");
        let error = amid_others(|pool| pool.submit(takes::<DecodeAborts>, Eventful::NEW));
        assert!(error.is_worker_died() && error.signal() == Some(libc::SIGABRT), "{error}");
    });
}

#[test]
fn a_task_that_ends_the_worker() {
    timed(|| {
        let crashes = |_: u64| -> u64 { crash() };
        let exits = |_: u64| -> u64 { process::exit(77) };
        let error = amid_others(|pool| pool.submit(crashes, 1));
        assert!(error.is_worker_died() && error.signal() == Some(libc::SIGSEGV), "{error}");
        let error = amid_others(|pool| pool.submit(exits, 1));
        assert!(error.is_worker_died() && error.exit_code() == Some(77), "{error}");
        let told = format!("process {} exited with code 77", error.worker_pid().unwrap());
        assert!(error.to_string().contains(&told), "{error}");
        let ends = |_: u64| -> u64 { process::exit(0) };
        assert_eq!(amid_others(|pool| pool.submit(ends, 1)).exit_code(), Some(0), "no success either");
    });
}

#[test]
fn a_task_that_overflows_the_stack() {
    timed(|| {
        #[expect(unconditional_recursion, reason = "that is the point")]
        fn deeper(n: u64) -> u64 {
            std::hint::black_box(deeper(std::hint::black_box(n + 1)) + 1)
        }
        let error = amid_others(|pool| pool.submit(deeper, 1));
        assert!(error.is_worker_died() && error.signal().is_some(), "{error}");
    });
}

#[test]
fn a_result_whose_encoding_ends_the_worker() {
    timed(|| {
        let error = amid_others(|pool| pool.submit(gives::<EncodeExits>, 1));
        assert!(error.is_worker_died() && error.exit_code() == Some(4), "{error}");
        let error = amid_others(|pool| pool.submit(gives::<EncodeCrashes>, 1));
        assert!(error.is_worker_died() && error.signal() == Some(libc::SIGSEGV), "{error}");
    });
}

#[test]
fn a_result_that_does_not_encode() {
    timed(|| {
        let error = amid_others(|pool| pool.submit(gives::<EncodeFails>, 1));
        assert!(error.is_encode() && error.to_string().contains("not today"), "{error}");
        let error = amid_others(|pool| pool.submit(gives::<EncodePanics>, 1));
        assert!(error.is_encode() && error.to_string().contains("while encoding"), "{error}");
    });
}

#[test]
fn a_result_that_does_not_decode_here() {
    timed(|| {
        let error = amid_others(|pool| pool.submit(gives::<DecodeFailsHere>, 1));
        assert!(error.is_decode() && error.to_string().contains("not here"), "{error}");
        let error = amid_others(|pool| pool.submit(gives::<DecodePanicsHere>, 1));
        assert!(error.is_decode() && error.to_string().contains("panicked"), "{error}");
        let error = amid_others(|pool| pool.submit(gives::<DecodePanicsBadlyHere>, 1));
        assert!(error.is_decode(), "{error}");
    });
}

/// Ends every process that reads it but the one that wrote it.
#[derive(Clone, Copy)]
struct Bomb(u32);

impl Serialize for Bomb {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Bomb {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(from)?;
        if number != process::id() { process::abort() } else { Ok(Self(number)) }
    }
}

#[concurrent(mode = "process", workers = 2)]
fn explode(bomb: Bomb) -> Result<Vec<u64>, Error> {
    let mut out = Vec::new();
    for n in 0..4 {
        out.push(n + u64::from(bomb.0));
    }
    Ok(out)
}

#[test]
fn a_loop_whose_captures_crash_every_worker() {
    timed(|| {
        let error = explode(Bomb(process::id())).unwrap_err();
        assert_eq!((error.is_worker_died(), error.signal()), (true, Some(libc::SIGABRT)), "{error}");
    });
}

#[test]
fn each_item_of_a_chunk_has_its_own_end() {
    timed(|| {
        let work = |n: u64| match n % 10 {
            3 => process::abort(),
            5 => panic!("five"),
            7 => process::exit(7),
            _ => n,
        };
        let pool = ProcessPool::new(2).unwrap();
        for chunk in [1, 4, 30] {
            let results: Vec<_> = pool.map(work, 0..30).chunksize(chunk).collect();
            assert_eq!(results.len(), 30);
            for (n, result) in (0..).zip(results) {
                let is_right = match n % 10 {
                    3 => result.is_err_and(|error| error.signal() == Some(libc::SIGABRT)),
                    5 => result.is_err_and(|error| error.panic_message() == Some("five")),
                    7 => result.is_err_and(|error| error.exit_code() == Some(7)),
                    _ => result.is_ok_and(|value| value == n),
                };
                assert!(is_right, "{n} in chunks of {chunk}");
            }
        }
    });
}

#[test]
fn a_worker_killed_from_outside_fails_its_task_alone() {
    timed(|| {
        let scratch = Scratch::new();
        let doors = [scratch.door(), scratch.door(), scratch.door()];
        let pool = ProcessPool::new(3).unwrap();
        let pass = |door: Door| {
            door.pass();
            process::id()
        };
        let running: Vec<_> = doors.iter().map(|door| pool.submit(pass, door.clone())).collect();
        doors.iter().for_each(|door| door.wait_for(1));
        let waiting: Vec<_> = (0..100).map(|n| pool.submit(square, n)).collect();
        let victim = pool.worker_pids()[1];
        signal(victim.into(), libc::SIGKILL);
        let results = as_completed(running);
        let mut ends = Vec::new();
        for (n, result) in results {
            doors.iter().for_each(Door::open);
            ends.push((n, result));
        }
        let (dead, alive): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(_, result)| result.is_err());
        assert_eq!((dead.len(), alive.len()), (1, 2));
        let error = dead[0].1.as_ref().unwrap_err();
        assert_eq!((error.worker_pid(), error.signal()), (Some(victim), Some(libc::SIGKILL)));
        assert!(waiting.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
    });
}

#[test]
fn three_victims_have_an_error_each() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(3).unwrap();
        let running: Vec<_> = (0..3).map(|_| pool.submit(|door: Door| door.pass(), door.clone())).collect();
        door.wait_for(3);
        let mut workers = pool.worker_pids();
        workers.iter().for_each(|pid| signal((*pid).into(), libc::SIGKILL));
        let mut named: Vec<_> =
            running.into_iter().map(|future| future.result().unwrap_err().worker_pid().unwrap()).collect();
        named.sort_unstable();
        workers.sort_unstable();
        assert_eq!(named, workers);
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    });
}

/// So many MiB, all of which goes through the socket: longer runs of bytes have another way.
fn much(mib: usize) -> Vec<Vec<u8>> {
    vec![vec![1; 64 << 10]; mib * 16]
}

fn count(bytes: Vec<Vec<u8>>) -> usize {
    bytes.iter().map(Vec::len).sum()
}

#[test]
fn workers_that_crash_while_much_is_written_to_them() {
    timed(|| {
        let crashes = |_: Vec<Vec<u8>>| -> u64 { process::abort() };
        for _ in 0..10 {
            let pool = ProcessPool::new(2).unwrap();
            let futures: Vec<_> = (0..4).map(|_| pool.submit(crashes, much(1))).collect();
            let good = pool.submit(count, much(2));
            assert!(futures.into_iter().all(|future| future.result().unwrap_err().is_worker_died()));
            assert_eq!(good.result().unwrap(), 2 << 20);
        }
    });
}

#[test]
fn a_worker_killed_while_more_is_written_to_it_than_it_reads() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        for _ in 0..10 {
            let worker = pool.spawn(process::id).result().unwrap();
            signal(worker.into(), libc::SIGSTOP);
            until(|| status_of(worker) == Some('T'));
            let futures: Vec<_> = (0..4).map(|_| pool.submit(count, much(1))).collect();
            signal(worker.into(), libc::SIGKILL);
            // It had not started any of them.
            assert!(futures.into_iter().all(|future| future.result().unwrap() == 1 << 20));
        }
    });
}

#[test]
fn a_hundred_submits_at_once() {
    timed(|| {
        for _ in 0..10 {
            let pool = ProcessPool::new(2).unwrap();
            let futures: Vec<_> = (0..100).map(|n| pool.submit(square, n)).collect();
            pool.shutdown(Shutdown::Wait);
            assert!(
                futures.into_iter().zip(0..).all(|(future, n)| future.is_done() && future.result().unwrap() == n * n)
            );
        }
    });
}

#[test]
fn shutdown_with_an_argument_that_does_not_encode() {
    timed(|| {
        for how in [Shutdown::Wait, Shutdown::CancelPending, Shutdown::Kill] {
            let pool = ProcessPool::builder().workers(2).name("no-encoding").build().unwrap();
            let worker = pool.spawn(process::id).result().unwrap();
            let bad = pool.submit(takes::<EncodeFails>, Eventful::NEW);
            // Nobody waits for the shutdown.
            let closer = thread::spawn(move || {
                pool.shutdown(how);
                pool
            });
            assert!(bad.result().unwrap_err().is_encode());
            let pool = closer.join().unwrap();
            until(|| threads_named("no-encoding") == 0);
            assert!(pool.worker_pids().is_empty() && status_of(worker).is_none());
        }
    });
}

#[test]
fn answers_given_before_a_crash_are_not_lost() {
    timed(|| {
        let scratch = Scratch::new();
        let pool = ProcessPool::new(1).unwrap();
        for n in 0..20 {
            let door = scratch.door();
            let held = pool.submit(|door: Door| door.pass(), door.clone());
            door.wait_for(1);
            // These reach the worker together, and the last takes it down before it has sent the other answers.
            let good: Vec<_> = (0..n).map(|n| pool.submit(square, n)).collect();
            let bad: Future<()> = pool.spawn(|| process::abort());
            door.open();
            held.result().unwrap();
            assert!(good.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
            assert!(bad.result().unwrap_err().is_worker_died());
        }
    });
}

#[test]
fn a_thousand_panics_and_the_same_worker() {
    timed(|| {
        let scratch = Scratch::new();
        let quiet = || std::panic::set_hook(Box::new(|_| {}));
        let pool = ProcessPool::builder().workers(2).initializer(quiet).build().unwrap();
        let door = scratch.door();
        let both: Vec<_> = (0..2).map(|_| pool.submit(|door: Door| door.pass(), door.clone())).collect();
        door.wait_for(2);
        door.open();
        both.into_iter().for_each(|future| future.result().unwrap());
        let before = pool.worker_pids();
        let panics = |n: u64| -> u64 { panic!("number {n}") };
        let futures: Vec<_> = (0..1000).map(|n| pool.submit(panics, n)).collect();
        for (n, future) in futures.into_iter().enumerate() {
            let error = future.result().unwrap_err();
            assert!(error.is_panic() && error.panic_message() == Some(&format!("number {n}")), "{error}");
        }
        assert_eq!(pool.worker_pids(), before);
    });
}

#[test]
fn a_panic_tells_message_and_place() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let error = pool.spawn(|| -> u64 { panic!("the cause") }).result().unwrap_err();
        assert_eq!(error.panic_message(), Some("the cause"));
        assert!(error.panic_location().unwrap().contains("process_crashes.rs"), "{error}");
        let odd = pool.spawn(|| -> u64 { std::panic::panic_any(17_u8) }).result().unwrap_err();
        assert!(odd.is_panic() && odd.panic_message().is_none());
        let badly = pool.spawn(|| -> u64 { std::panic::panic_any(PanicsAgain) }).result().unwrap_err();
        assert!(badly.is_panic());
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn panics_in_a_worker() {
    #[inline(never)]
    fn the_function_that_panics() -> u64 {
        panic!("the cause")
    }
    let pool = ProcessPool::new(1).unwrap();
    let error = pool.spawn(the_function_that_panics).result().unwrap_err();
    println!("\nbacktrace: {:?}", error.panic_backtrace().map(|text| text.contains("the_function_that_panics")));
}

#[test]
fn a_panic_is_printed_and_has_a_backtrace_if_that_was_asked_for() {
    timed(|| {
        for (asked, expected) in [("0", "backtrace: None\n"), ("1", "backtrace: Some(true)\n")] {
            let (out, err) = Probe::new("panics_in_a_worker").env("RUST_BACKTRACE", asked).run();
            assert!(out.contains(expected), "{out}");
            assert_eq!(err.matches("the cause").count(), 1, "{err}");
        }
    });
}

#[test]
fn a_result_that_nobody_wants_may_do_what_it_likes_when_dropped() {
    #[derive(Serialize, Deserialize)]
    struct PanicsWhenDropped(u8);
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            if !is_worker() && self.0 == 1 {
                panic!("when dropped");
            }
        }
    }
    timed(|| {
        is_here();
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(1).unwrap();
        let give = |(n, door): (u8, Door)| {
            if n == 2 {
                door.pass();
            }
            PanicsWhenDropped(n)
        };
        // Two results of the chunk are here when it is given up.
        let map = pool.map(give, (0..4).map(|n| (n, door.clone()))).chunksize(4).buffersize(4);
        door.wait_for(1);
        thread::sleep(std::time::Duration::from_millis(20));
        drop(map);
        drop(pool.submit(|n: u8| PanicsWhenDropped(n), 1));
        door.open();
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
        until(|| !pool.worker_pids().is_empty());
    });
}
