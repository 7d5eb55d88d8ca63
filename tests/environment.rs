//! `CONCURRENT_MODE` and `CONCURRENT_WORKERS` steer annotated loops and tasks; calls of pools are left alone. Wrong
//! values, also of `CONCURRENT_SCHEDULE`, are reported.
//!
//! The environment is read once a process, so each case is this test binary, started again.

use std::collections::BTreeSet;
use std::process::{self, Command};
use std::sync::{LazyLock, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use concurrent_futures::{ProcessPool, ThreadPool, concurrent};
use concurrent_futures_suite::timed;

static POOL: LazyLock<ThreadPool> = LazyLock::new(|| ThreadPool::new(2).unwrap());
static PROCESSES: LazyLock<ProcessPool> = LazyLock::new(|| ProcessPool::new(1).unwrap());

#[concurrent(task)]
fn current_thread() -> ThreadId {
    thread::current().id()
}

/// The threads on which the iterations of a loop run. They are long enough for others to join in.
#[concurrent]
fn threads_of_a_loop(n: usize) -> usize {
    let mut seen = BTreeSet::new();
    for _ in 0..n {
        let place = slow_place();
        seen.insert(place);
    }
    seen.len()
}

fn slow_place() -> String {
    thread::sleep(Duration::from_millis(1));
    format!("{:?}", thread::current().id())
}

/// A sum whose bits tell how it was grouped.
#[concurrent(chunksize = 7, reduce(+: sum))]
fn sum_in_chunks(n: u32) -> f64 {
    let mut sum = 0.1;
    for i in 0..n {
        sum += 1.0 / (f64::from(i) + 0.3);
    }
    sum
}

#[concurrent(task, pool = &POOL)]
fn current_thread_of_a_pool() -> ThreadId {
    thread::current().id()
}

#[concurrent(task, mode = "process", pool = &PROCESSES)]
fn current_process_of_a_pool() -> u32 {
    process::id()
}

#[concurrent(pool = &POOL)]
fn threads_of_a_pool(n: usize) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for _ in 0..n {
        let place = slow_place();
        seen.insert(place);
    }
    seen
}

#[concurrent(pool = &POOL, chunksize = 2, reduce(+: total))]
fn threads_of_a_reduction(n: usize) -> BTreeSet<String> {
    let seen = Mutex::new(BTreeSet::new());
    let mut total = 0;
    for _ in 0..n {
        note_place(&seen);
        total += 1;
    }
    assert_eq!(total, n);
    seen.into_inner().unwrap()
}

fn note_place(seen: &Mutex<BTreeSet<String>>) {
    let place = slow_place();
    seen.lock().unwrap().insert(place);
}

/// Where a task of each kind runs, when this test binary runs as a probe.
#[test]
#[ignore = "a probe that the other tests start"]
fn probe() {
    let here = thread::current().id();
    let runs_here = |ran_on| if ran_on == here { "here" } else { "elsewhere" };
    let task = current_thread::submit().result().unwrap();
    let pool = ThreadPool::new(1).unwrap().spawn(|| thread::current().id()).result().unwrap();
    let default = ThreadPool::builder().build().unwrap().workers();
    println!("task {}, pool {}, {default} workers;", runs_here(task), runs_here(pool));
    println!("{} processes;", ProcessPool::builder().build().unwrap().workers());
    println!("sum {:x};", sum_in_chunks(1000).to_bits());
    println!("loop on {} threads;", threads_of_a_loop(200));

    let this_thread = BTreeSet::from([format!("{here:?}")]);
    let on_this_thread = |seen| if seen == this_thread { "here" } else { "elsewhere" };
    println!(
        "with a pool: task {}, loop {}, reduction {}, task for processes {};",
        runs_here(current_thread_of_a_pool::submit().result().unwrap()),
        on_this_thread(threads_of_a_pool(200)),
        on_this_thread(threads_of_a_reduction(200)),
        if current_process_of_a_pool::submit().result().unwrap() == process::id() { "here" } else { "elsewhere" },
    );
}

#[concurrent(reduce(+: sum))]
fn sum_of_lengths(words: &[&str]) -> usize {
    let mut sum = 0;
    for word in words {
        sum += word.len();
    }
    sum
}

/// A loop that is over long before workers could help.
#[test]
#[ignore = "a probe that another test starts"]
fn probe_of_a_short_loop() {
    assert_eq!(sum_of_lengths(&["one", "two", "three"]), 11);
}

/// What the probe prints on standard output and on standard error.
fn run_probe(mode: &str, workers: &str, schedule: &str) -> (String, String) {
    run("probe", mode, workers, schedule)
}

fn run(probe: &str, mode: &str, workers: &str, schedule: &str) -> (String, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", probe, "--ignored", "--nocapture"]);
    command.env("CONCURRENT_MODE", mode).env("CONCURRENT_WORKERS", workers).env("CONCURRENT_SCHEDULE", schedule);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn sequential_mode_runs_tasks_inline_and_leaves_pools_alone() {
    timed(|| {
        let (out, err) = run_probe("sequential", "3", "");
        assert!(out.contains("task here, pool elsewhere, 3 workers;"), "{out}");
        assert!(out.contains("loop on 1 threads;"), "{out}");
        assert!(out.contains("with a pool: task here, loop here, reduction here, task for processes here;"), "{out}");
        assert!(!err.contains("concurrent-futures"), "{err}");
    });
}

#[test]
fn one_worker_runs_a_loop_as_it_was_written() {
    timed(|| {
        let (out, _) = run_probe("thread", "1", "");
        assert!(out.contains("loop on 1 threads;"), "{out}");
    });
}

#[test]
fn a_reduction_in_fixed_chunks_gives_the_same_bits_everywhere() {
    timed(|| {
        let runs = [("thread", "3", ""), ("thread", "1", ""), ("sequential", "2", ""), ("thread", "3", "reverse")];
        let sums = runs.map(|(mode, workers, schedule)| {
            let (out, _) = run_probe(mode, workers, schedule);
            out.lines().find(|line| line.starts_with("sum ")).map(str::to_owned).unwrap()
        });
        assert!(sums.iter().all(|sum| *sum == sums[0]), "{sums:?}");
        let chunks = (0..1000).map(|i| 1.0 / (f64::from(i) + 0.3)).collect::<Vec<_>>();
        let expected = chunks.chunks(7).map(|chunk| chunk.iter().copied().reduce(|a, b| a + b).unwrap());
        assert_eq!(sums[0], format!("sum {:x};", expected.fold(0.1, |a, b| a + b).to_bits()));
    });
}

#[test]
fn thread_mode_is_the_default() {
    timed(|| {
        for mode in ["", "thread"] {
            let (out, _) = run_probe(mode, "2", "");
            assert!(out.contains("task elsewhere, pool elsewhere, 2 workers;"), "{out}");
            assert!(out.contains("loop on 2 threads;"), "{out}");
            assert!(out.contains("with a pool: task elsewhere, loop elsewhere, reduction elsewhere,"), "{out}");
            assert!(out.contains("task for processes elsewhere;"), "{out}");
        }
    });
}

#[test]
fn the_default_number_of_workers_is_what_the_machine_offers() {
    timed(|| {
        let (out, _) = run_probe("", "", "");
        let offered = thread::available_parallelism().unwrap();
        assert!(
            out.contains(&format!("{offered} workers;")) && out.contains(&format!("{offered} processes;")),
            "{out}"
        );
    });
}

#[test]
fn a_short_loop_does_not_ask_how_many_workers_there_are() {
    // Finding out takes longer than the loop. That a wrong value is reported tells who asks.
    timed(|| {
        let (_, err) = run("probe_of_a_short_loop", "", "many", "");
        assert!(!err.contains("CONCURRENT_WORKERS=many"), "{err}");
    });
}

#[test]
fn wrong_values_are_reported_once_and_have_no_effect() {
    timed(|| {
        let (out, err) = run_probe("sequental", "many", "forward");
        assert!(out.contains("task elsewhere"), "{out}");
        assert_eq!(err.matches("CONCURRENT_MODE=sequental").count(), 1, "{err}");
        assert_eq!(err.matches("CONCURRENT_WORKERS=many").count(), 1, "{err}");
        assert_eq!(err.matches("CONCURRENT_SCHEDULE=forward").count(), 1, "{err}");
    });
}
