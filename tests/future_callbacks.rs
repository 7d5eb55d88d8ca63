//! Callbacks see the result, whenever they are added, and their panics go nowhere.

use std::sync::mpsc;

use concurrent_futures::{Error, Future, ThreadPool};
use concurrent_futures_suite::{Gate, timed};

/// A blocked pool of one worker, the gate that blocks it, and the future of the blocker.
fn blocked_pool() -> (ThreadPool, Gate, Future<()>) {
    let pool = ThreadPool::new(1).unwrap();
    let gate = Gate::new();
    let inside = gate.clone();
    let blocker = pool.spawn(move || inside.pass());
    gate.wait_for(1);
    (pool, gate, blocker)
}

fn describe(result: &Result<u64, Error>) -> String {
    match result {
        Ok(value) => format!("value {value}"),
        Err(error) if error.is_cancelled() => "cancelled".to_owned(),
        Err(error) => format!("panic {}", error.panic_message().unwrap_or_default()),
    }
}

fn tell_on_done(future: &Future<u64>) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel();
    future.on_done(move |result| tell.send(describe(result)).unwrap());
    told
}

#[test]
fn added_before_the_end() {
    timed(|| {
        let (pool, gate, _blocker) = blocked_pool();
        let value = pool.spawn(|| 7);
        let failure = pool.spawn(|| panic!("expected"));
        let told_value = tell_on_done(&value);
        let told_failure = tell_on_done(&failure);
        gate.open();
        assert_eq!(told_value.recv().unwrap(), "value 7");
        assert_eq!(told_failure.recv().unwrap(), "panic expected");
        assert_eq!(value.result().unwrap(), 7, "callbacks borrow the result");
        drop(failure);
    });
}

#[test]
fn cancel_runs_them_on_the_cancelling_thread() {
    timed(|| {
        let (pool, gate, _blocker) = blocked_pool();
        let future = pool.spawn(|| 7);
        let told = tell_on_done(&future);
        assert!(future.cancel());
        assert_eq!(told.try_recv().unwrap(), "cancelled");
        gate.open();
    });
}

#[test]
fn added_after_the_end_they_run_at_once() {
    timed(|| {
        let (pool, gate, blocker) = blocked_pool();
        let cancelled = pool.spawn(|| 7);
        cancelled.cancel();
        assert_eq!(tell_on_done(&cancelled).try_recv().unwrap(), "cancelled");
        gate.open();
        blocker.wait();
        let value = pool.spawn(|| 7);
        value.wait();
        assert_eq!(tell_on_done(&value).try_recv().unwrap(), "value 7");
        assert_eq!(value.result().unwrap(), 7);
        let failure = pool.spawn(|| panic!("expected"));
        failure.wait();
        assert_eq!(tell_on_done(&failure).try_recv().unwrap(), "panic expected");
        drop(failure);
    });
}

#[test]
fn a_panic_in_one_stops_neither_the_others_nor_the_result() {
    timed(|| {
        let (pool, gate, _blocker) = blocked_pool();
        let future = pool.spawn(|| 7);
        let first = tell_on_done(&future);
        future.on_done(|_| panic!("in a callback"));
        let last = tell_on_done(&future);
        gate.open();
        assert_eq!((first.recv().unwrap().as_str(), last.recv().unwrap().as_str()), ("value 7", "value 7"));
        future.wait();
        future.on_done(|_| panic!("in a callback that runs at once"));
        assert_eq!(future.result().unwrap(), 7);
        assert_eq!(pool.spawn(|| 8).result().unwrap(), 8, "the worker lives on");
    });
}

/// What the test below starts.
#[test]
#[ignore = "a probe that another test starts"]
fn panics() {
    let (pool, gate, _blocker) = blocked_pool();
    let future = pool.spawn(|| 7);
    future.on_done(|_| panic!("before the end"));
    gate.open();
    future.wait();
    future.on_done(|_| panic!("after the end"));
}

#[test]
fn a_panic_in_one_is_told_whenever_it_runs() {
    timed(|| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let output = command.args(["--exact", "panics", "--ignored", "--nocapture"]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        for when in ["before the end", "after the end"] {
            let lines =
                told.lines().filter(|line| line.starts_with("concurrent-futures: a callback of task `closure in "));
            let end = format!(" panicked: {when}; its result is not affected");
            assert_eq!(lines.filter(|line| line.ends_with(&end)).count(), 1, "{told}");
        }
    });
}

#[test]
fn they_run_also_when_the_future_is_dropped() {
    timed(|| {
        let (pool, gate, _blocker) = blocked_pool();
        let future = pool.spawn(|| 7);
        let told = tell_on_done(&future);
        drop(future);
        gate.open();
        assert_eq!(told.recv().unwrap(), "value 7");
    });
}

#[test]
fn inside_one_the_task_is_done() {
    timed(|| {
        let (pool, gate, _blocker) = blocked_pool();
        let future = std::sync::Arc::new(pool.spawn(|| 7));
        let (tell, told) = mpsc::channel();
        let same = std::sync::Arc::clone(&future);
        future.on_done(move |_| tell.send((same.is_done(), same.is_running())).unwrap());
        gate.open();
        assert_eq!(told.recv().unwrap(), (true, false));
    });
}

concurrent_futures_suite::under_each_schedule!();
