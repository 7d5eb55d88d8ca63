//! A watched pool that does not get on tells on standard error who waits for whom; others tell nothing.
//!
//! Each case is this test binary, started again.

use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use concurrent_futures::{Future, ThreadPool, blocking};
use concurrent_futures_suite::{Gate, timed, until};

/// What the probes wait for; many times the limits they give.
const LONG: Duration = Duration::from_millis(1500);

/// What one of the probes below prints on standard error, with `CONCURRENT_WATCHDOG` set to `seconds`.
fn run(probe: &str, seconds: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", probe, "--ignored", "--nocapture"]).env("CONCURRENT_WATCHDOG", seconds);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn builder() -> concurrent_futures::ThreadPoolBuilder {
    ThreadPool::builder().workers(2).name("io")
}

/// Holds the only lock of the story, and waits for somebody else.
fn holds(gate: Gate) {
    gate.pass();
}

fn waits(holder: Future<()>) {
    holder.result().unwrap();
}

/// A worker runs, one waits for it, one is in `blocking`, and a fourth task is queued.
fn get_stuck(pool: &ThreadPool) {
    let gate = Gate::new();
    let holder = pool.submit(holds, gate.clone());
    gate.wait_for(1);
    let (inside, arrived) = (gate.clone(), gate.clone());
    let blocks = pool.spawn(move || blocking(|| inside.pass()));
    gate.wait_for(2);
    let waiter = pool.submit(waits, holder);
    until(|| waiter.is_running());
    let others: Vec<_> = (0..12).map(|_| pool.submit(holds, arrived.clone())).collect();
    thread::sleep(LONG);
    gate.open();
    waiter.result().unwrap();
    blocks.result().unwrap();
    others.into_iter().for_each(|other| other.result().unwrap());
}

#[test]
#[ignore = "a probe that another test starts"]
fn stuck_and_watched() {
    get_stuck(&builder().watchdog(Duration::from_millis(300)).build().unwrap());
}

#[test]
#[ignore = "a probe that another test starts"]
fn stuck() {
    get_stuck(&builder().build().unwrap());
}

#[test]
fn who_waits_for_whom() {
    timed(|| {
        for text in [run("stuck_and_watched", ""), run("stuck", "0.3")] {
            assert_eq!(text.matches("in the pool `io` no task has started or ended for 300ms").count(), 1, "{text}");
            let lines: Vec<&str> = text.lines().collect();
            let has = |parts: &[&str]| lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
            assert!(has(&["io-0: task `watchdog::holds` (tests/watchdog.rs:", "runs, or is blocked by something"]));
            assert!(has(&["io-1: ", "closure in watchdog::get_stuck", "is in `blocking`"]), "{text}");
            assert!(
                has(&["io-2: task `watchdog::waits`", "waits for task `watchdog::holds`", "running on io-0"]),
                "{text}"
            );
            assert!(has(&["io-3: task `watchdog::holds`"]), "a spare thread took one more: {text}");
            assert!(has(&["queued: task `watchdog::holds` (tests/watchdog.rs:"]), "{text}");
            assert!(has(&["queued: 1 more"]), "{text}");
            assert!(has(&["2 of 4 workers with a task are blocked, 11 tasks are queued"]), "{text}");
        }
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn all_blocked_and_nothing_queued() {
    let (first, second) = (builder().build().unwrap(), builder().name("other").build().unwrap());
    let gate = Gate::new();
    let holder = second.submit(holds, gate.clone());
    gate.wait_for(1);
    let waiter = first.submit(waits, holder);
    thread::sleep(LONG);
    gate.open();
    waiter.result().unwrap();
}

#[test]
fn a_wait_for_another_pool() {
    timed(|| {
        let text = run("all_blocked_and_nothing_queued", "0.3");
        assert_eq!(text.matches("in the pool `io`").count(), 1, "{text}");
        assert!(text.contains("io-0: task `watchdog::waits`") && text.contains("running elsewhere"), "{text}");
        assert!(!text.contains("in the pool `other`"), "what runs, without anything behind it, gets on: {text}");
        assert_eq!(run("all_blocked_and_nothing_queued", ""), "", "nobody asked");
        assert!(run("all_blocked_and_nothing_queued", "soon").contains("CONCURRENT_WATCHDOG=soon is not a number"));
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn gets_on() {
    let pool = builder().build().unwrap();
    let start = Instant::now();
    while start.elapsed() < LONG {
        assert_eq!(pool.map(|n| n, 0..100).count(), 100);
    }
    thread::sleep(LONG); // nothing to do is no reason to complain
}

#[test]
fn a_pool_that_gets_on_is_not_told_of() {
    timed(|| assert_eq!(run("gets_on", "0.7"), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn the_watching_thread_exists_only_where_asked_for_and_ends_with_the_pool() {
    let watchers = || {
        let threads = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path().join("comm"));
        // A thread may end while we look.
        let names = threads.filter_map(|comm| std::fs::read_to_string(comm).ok());
        names.filter(|name| name.starts_with("seen-watchdog")).count()
    };
    timed(move || {
        for limit in [Duration::MAX, Duration::from_secs(3600)] {
            let plain = ThreadPool::builder().workers(1).name("seen").build().unwrap();
            assert_eq!(plain.spawn(|| 7).result().unwrap(), 7);
            assert_eq!(watchers(), 0);
            let pool = Arc::new(ThreadPool::builder().workers(1).name("seen").watchdog(limit).build().unwrap());
            assert_eq!(watchers(), 0, "no thread before the first task");
            assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
            let start = Instant::now();
            while watchers() != 1 {
                assert!(start.elapsed() < Duration::from_secs(20), "it starts with the first task");
                thread::sleep(Duration::from_millis(1));
            }
            let (tell, told) = mpsc::channel();
            let closing = Arc::clone(&pool);
            thread::spawn(move || {
                drop(closing);
                drop(pool);
                tell.send(()).unwrap();
            });
            told.recv_timeout(Duration::from_secs(20)).expect("the end does not wait for the limit");
            let start = Instant::now();
            while watchers() > 0 {
                assert!(start.elapsed() < Duration::from_secs(20), "it ends too");
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
}
