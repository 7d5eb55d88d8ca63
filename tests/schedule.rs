//! `CONCURRENT_SCHEDULE` really puts iterations into the order that it names, also in a loop of two iterations.
//!
//! The environment is read once a process, so each case is this test binary, started again.

use std::process::Command;
use std::sync::Mutex;
use std::thread::{self, ThreadId};

use concurrent_futures::concurrent;

/// In which order the parallel parts of a loop start on one thread.
#[concurrent(workers = 1)]
fn starts(n: usize) -> Vec<usize> {
    let started = Mutex::new(Vec::new());
    let mut seen = Vec::new();
    for i in 0..n {
        let i = note(&started, i);
        seen.push(i);
    }
    assert!(seen.is_sorted());
    started.into_inner().unwrap()
}

/// The same for a source that is pulled.
#[concurrent(workers = 1)]
fn starts_of_pulled(n: usize) -> Vec<usize> {
    let started = Mutex::new(Vec::new());
    let mut seen = Vec::new();
    for i in (0..n).filter(|i| *i < n) {
        let i = note(&started, i);
        seen.push(i);
    }
    assert!(seen.is_sorted());
    started.into_inner().unwrap()
}

/// Where the parallel parts ran, and whether each began when the in-order part before it had ended.
#[concurrent(workers = 2)]
fn switches(n: usize) -> (Vec<ThreadId>, bool) {
    let started = Mutex::new(Vec::new());
    let mut threads = Vec::new();
    let mut one_by_one = true;
    for i in 0..n {
        let ran_on = on_which(&started, i);
        threads.push(ran_on);
        one_by_one &= have_started(&started, threads.len());
    }
    (threads, one_by_one)
}

fn note(started: &Mutex<Vec<usize>>, i: usize) -> usize {
    started.lock().unwrap().push(i);
    i
}

fn have_started(started: &Mutex<Vec<usize>>, n: usize) -> bool {
    started.lock().unwrap().len() == n
}

fn on_which(started: &Mutex<Vec<usize>>, i: usize) -> ThreadId {
    note(started, i);
    thread::current().id()
}

#[test]
#[ignore = "a probe that the other tests start"]
fn probe() {
    println!("range {:?};", starts(10));
    println!("pulled {:?};", starts_of_pulled(10));
    println!("two {:?};", starts(2));
    (0..100).for_each(|_| drop(starts(3)));
    println!("hundredth {:?};", starts(3));
    let (threads, one_by_one) = switches(20);
    let elsewhere = threads.iter().filter(|id| **id != thread::current().id()).count();
    println!("{elsewhere} elsewhere, {};", if one_by_one { "one by one" } else { "ahead" });
}

fn run_probe(schedule: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "probe", "--ignored", "--nocapture"]).env("CONCURRENT_SCHEDULE", schedule);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn in_reverse_the_last_that_may_start_starts_first() {
    let out = run_probe("reverse");
    assert!(out.contains("range [7, 6, 5, 4, 3, 2, 1, 0, 9, 8];"), "{out}");
    assert!(out.contains("pulled [7, 6, 5, 4, 3, 2, 1, 0, 9, 8];"), "{out}");
    assert!(out.contains("two [1, 0];"), "{out}");
    assert!(out.contains("hundredth [2, 1, 0];"), "however short the loop is known to be: {out}");
}

#[test]
fn a_seed_gives_one_order() {
    let outs: Vec<String> = ["random:6", "random:6", "random:9"].map(run_probe).into();
    let orders = |out: &str| out.lines().filter(|line| line.contains('[')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(orders(&outs[0]), orders(&outs[1]));
    assert_ne!(orders(&outs[0]), orders(&outs[2]));
}

#[test]
fn one_at_a_time_and_not_on_the_caller() {
    let out = run_probe("one");
    assert!(out.contains("range [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];"), "{out}");
    // A helper that the system keeps waiting for a millisecond misses its turn.
    let elsewhere: usize = out
        .lines()
        .find_map(|line| line.split_once(" elsewhere, one by one;"))
        .and_then(|(n, _)| n.parse().ok())
        .unwrap_or_else(|| panic!("{out}"));
    assert!(elsewhere > 0, "{out}");
}

#[test]
fn without_it_the_order_is_the_usual_one() {
    let out = run_probe("");
    assert!(out.contains("range [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];"), "{out}");
}
