//! `CONCURRENT_MODE` and `CONCURRENT_WORKERS` steer annotated tasks; explicit pools are left alone.
//!
//! The environment is read once a process, so each case is this test binary, started again.

use std::process::Command;
use std::thread;

use concurrent_futures::__private::{TaskOptions, submit_task};
use concurrent_futures::ThreadPool;

/// Where a task of each kind runs, when this test binary runs as a probe.
#[test]
#[ignore = "a probe that the other tests start"]
fn probe() {
    let here = thread::current().id();
    let runs_here = |ran_on| if ran_on == here { "here" } else { "elsewhere" };
    let task = submit_task(TaskOptions::new("task"), || thread::current().id()).result().unwrap();
    let pool = ThreadPool::new(1).unwrap().spawn(|| thread::current().id()).result().unwrap();
    let default = ThreadPool::builder().build().unwrap().workers();
    println!("task {}, pool {}, {default} workers;", runs_here(task), runs_here(pool));
}

/// What the probe prints on standard output and on standard error.
fn run_probe(mode: &str, workers: &str) -> (String, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "probe", "--ignored", "--nocapture"]);
    command.env("CONCURRENT_MODE", mode).env("CONCURRENT_WORKERS", workers);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn sequential_mode_runs_tasks_inline_and_leaves_pools_alone() {
    let (out, err) = run_probe("sequential", "3");
    assert!(out.contains("task here, pool elsewhere, 3 workers;"), "{out}");
    assert!(!err.contains("concurrent-futures"), "{err}");
}

#[test]
fn thread_mode_is_the_default() {
    for mode in ["", "thread"] {
        let (out, _) = run_probe(mode, "2");
        assert!(out.contains("task elsewhere, pool elsewhere, 2 workers;"), "{out}");
    }
}

#[test]
fn wrong_values_are_reported_once_and_have_no_effect() {
    let (out, err) = run_probe("sequental", "many");
    assert!(out.contains("task elsewhere"), "{out}");
    assert_eq!(err.matches("CONCURRENT_MODE=sequental").count(), 1, "{err}");
    assert_eq!(err.matches("CONCURRENT_WORKERS=many").count(), 1, "{err}");
}
