//! What a process pool can do, it does at once: no answer, task or limit waits for something else to happen first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use concurrent_futures::{Future, ProcessPool, ReturnWhen, wait};
use concurrent_futures_suite::{Door, Gate, Scratch, nap, pass, signal, status_of, timed, until};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SOON: Duration = Duration::from_secs(5);

fn length(bytes: Vec<u8>) -> usize {
    bytes.len()
}

fn echo(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

fn echo_all(runs: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    runs
}

fn pid() -> u32 {
    std::process::id()
}

/// Lets the supervisor fall asleep with nothing to wait for but what the worker says.
fn warm(pool: &ProcessPool) -> u32 {
    let pid = pool.submit(pid, ()).result().unwrap();
    thread::sleep(Duration::from_millis(20));
    pid
}

/// Has a stopped worker find these tasks at once when it goes on.
fn at_once<T>(worker: u32, submit: impl FnOnce() -> T) -> T {
    signal(worker.into(), libc::SIGSTOP);
    until(|| status_of(worker) == Some('T'));
    let submitted = submit();
    signal(worker.into(), libc::SIGCONT);
    submitted
}

#[track_caller]
fn soon<T>(future: Future<T>) -> T {
    assert!(future.wait_timeout(SOON), "it should be there by now");
    future.result().unwrap()
}

#[test]
fn a_large_argument_reaches_an_idle_worker() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        warm(&pool);
        assert_eq!(soon(pool.submit(length, vec![7; 8 << 20])), 8 << 20);
    });
}

#[test]
fn large_values_travel_both_ways_at_once() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        warm(&pool);
        let values: Vec<Vec<u8>> = (1..9).map(|n| (0..4 << 20).map(|i| (i % 251 + n) as u8).collect()).collect();
        let futures: Vec<_> = values.iter().map(|value| pool.submit(echo, value.clone())).collect();
        for (value, future) in values.iter().zip(futures) {
            assert!(future.result().unwrap() == *value, "changed on the way");
        }
        // The same through the sockets alone: these runs of bytes are too short to travel beside them.
        let values = values.into_iter().map(|value| value.chunks(100_000).map(<[u8]>::to_vec).collect());
        let values: Vec<Vec<Vec<u8>>> = values.collect();
        let futures: Vec<_> = values.iter().map(|value| pool.submit(echo_all, value.clone())).collect();
        for (value, future) in values.iter().zip(futures) {
            assert!(future.result().unwrap() == *value, "changed on the way");
        }
    });
}

#[test]
fn submit_of_64_mib_behind_a_busy_worker_returns_at_once() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(1).unwrap();
        let busy = pool.submit(pass, door.clone());
        door.wait_for(1);
        let bytes = vec![1; 64 << 20];
        let started = Instant::now();
        let large = pool.submit(echo, bytes);
        // Encoding it takes some 50 ms in an unoptimised build, and more where others use the machine too.
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        assert!(!large.is_done() && !large.is_running());
        door.open();
        busy.result().unwrap();
        assert_eq!(large.result().unwrap().len(), 64 << 20);
    });
}

#[test]
fn a_short_answer_is_not_held_back_by_a_long_task() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(1).unwrap();
        let worker = warm(&pool);
        let submit = || {
            let submitted = (pool.submit(nap, 0), pool.submit(pass, door.clone()));
            // The pool looks for the answer now, in vain, and has to come back.
            thread::sleep(Duration::from_millis(20));
            submitted
        };
        let (short, long) = at_once(worker, submit);
        door.wait_for(1);
        soon(short);
        door.open();
        long.result().unwrap();
    });
}

#[test]
fn a_task_behind_a_short_one_is_limited_too() {
    timed(|| {
        let pool = ProcessPool::builder().workers(1).timeout(Duration::from_millis(100)).build().unwrap();
        let worker = warm(&pool);
        let (short, long) = at_once(worker, || (pool.submit(nap, 0), pool.submit(nap, 60_000)));
        soon(short);
        assert!(long.wait_timeout(SOON));
        assert!(long.result().unwrap_err().is_timeout());
    });
}

#[test]
fn tasks_behind_a_long_one_move_to_a_free_worker() {
    timed(|| {
        let scratch = Scratch::new();
        let (first, second) = (scratch.door(), scratch.door());
        let pool = ProcessPool::new(2).unwrap();
        let long = pool.submit(pass, first.clone());
        let other = pool.submit(pass, second.clone());
        first.wait_for(1);
        second.wait_for(1);
        let short: Vec<_> = (0..20).map(|_| pool.submit(pid, ())).collect();
        second.open();
        let free = other.result().unwrap();
        for future in short {
            assert_eq!(soon(future), free, "on the worker that is free");
        }
        assert!(long.is_running());
        first.open();
        assert_ne!(long.result().unwrap(), free);
    });
}

#[test]
fn a_chunk_behind_a_long_one_moves_to_a_free_worker() {
    timed(|| {
        let scratch = Scratch::new();
        let door = scratch.door();
        let pool = ProcessPool::new(2).unwrap();
        // Of three chunks on two workers one comes to lie behind another: behind the long one, or it moves there.
        let inputs = (0..9).map(|n| (n, door.clone()));
        let work = |(n, door): (u64, Door)| {
            if n == 0 {
                door.pass();
            }
            n
        };
        let mut results = pool.map(work, inputs).chunksize(3).buffersize(9).unordered();
        let mut seen: Vec<u64> = (0..6).map(|_| results.next().unwrap().1.unwrap()).collect();
        seen.sort_unstable();
        assert_eq!(seen, [3, 4, 5, 6, 7, 8], "all but the chunk that waits");
        door.open();
        assert_eq!(results.count(), 3);
    });
}

#[test]
fn is_running_exactly_from_start_to_end() {
    timed(|| {
        let scratch = Scratch::new();
        let (first, second) = (scratch.door(), scratch.door());
        let pool = ProcessPool::new(1).unwrap();
        let runs = pool.submit(pass, first.clone());
        let waits = pool.submit(pass, second.clone());
        first.wait_for(1);
        // It has been sent to the worker, which cannot have started it.
        assert!(runs.is_running() && !waits.is_running() && !waits.is_done());
        first.open();
        second.wait_for(1);
        until(|| runs.is_done());
        assert!(!runs.is_running() && waits.is_running());
        second.open();
        let futures = [runs, waits];
        wait(&futures, ReturnWhen::AllCompleted, None);
        assert!(futures.iter().all(|future| future.is_done() && !future.is_running()));
    });
}

/// A value whose decoding, in the program that runs the tests, waits until it may.
#[derive(Debug)]
struct SlowHere(Door);

/// Set in that program only.
static HERE: AtomicBool = AtomicBool::new(false);

impl Serialize for SlowHere {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SlowHere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let door = Door::deserialize(deserializer)?;
        if HERE.load(Ordering::Relaxed) {
            door.pass();
        }
        Ok(Self(door))
    }
}

#[test]
fn is_running_until_its_end_is_told() {
    timed(|| {
        HERE.store(true, Ordering::Relaxed);
        let pool = ProcessPool::new(1).unwrap();
        let scratch = Scratch::new();
        let door = scratch.door();
        let future = pool.submit(SlowHere, door.clone());
        // The task has run, and its value is being read here.
        door.wait_for(1);
        assert!(future.is_running() && !future.is_done(), "{future:?}");
        door.open();
        future.wait();
        assert!(future.is_done() && !future.is_running(), "{future:?}");
        // The same where nobody can be told yet: all who call callbacks are in one.
        let gate = Gate::new();
        let with_callback = || {
            // Not before the callback is there: whoever adds one to a task that is done runs it himself.
            let (inside, door) = (gate.clone(), scratch.door());
            let future = pool.submit(pass, door.clone());
            future.on_done(move |_| inside.pass());
            door.open();
            future
        };
        let held = [with_callback(), with_callback()];
        gate.wait_for(2);
        let future = with_callback();
        let behind = pool.submit(nap, 0);
        behind.wait();
        assert!(future.is_running() && !future.is_done(), "{future:?}");
        gate.open();
        future.wait();
        assert!(!future.is_running() && held.iter().all(|future| !future.is_running()));
    });
}

#[test]
fn out_of_order_results_with_one_worker() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let futures: Vec<_> = (0..100).map(|_| pool.submit(echo, vec![1; 10_000])).collect();
        for future in futures.into_iter().rev() {
            assert_eq!(soon(future).len(), 10_000);
        }
    });
}
