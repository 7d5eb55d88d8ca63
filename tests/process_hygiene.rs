//! What a program with worker processes leaves behind, and what its workers see: nothing that is not theirs.
//!
//! Whatever concerns a whole process is looked at in a program of its own: this test binary, started again.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use concurrent_futures::{ProcessPool, Shutdown, ThreadPool, concurrent};
use concurrent_futures_suite::{
    Door, Probe, Scratch, descriptors, is_alive, n_children, signal, status_of, timed, until,
};

const DOOR: &str = "SUITE_DOOR";

fn square(n: u64) -> u64 {
    n * n
}

/// The door that a test passes to a program.
fn door_of_program() -> Door {
    Door::at(std::env::var_os(DOOR).expect("set by the test").into())
}

#[test]
#[ignore = "a probe that another test starts"]
fn makes_many_pools() {
    let run = |workers| {
        let pool = ProcessPool::builder().workers(workers).max_tasks_per_child(5).build().unwrap();
        let squares: Vec<u64> = pool.map(square, 0..20).chunksize(3).collect::<Result<_, _>>().unwrap();
        assert_eq!(squares[19], 361);
        let crash = pool.spawn(|| -> u64 { std::process::abort() });
        let panic = pool.spawn(|| -> u64 { panic!("on purpose") });
        let killed = pool.spawn(|| thread::sleep(Duration::from_secs(3600)));
        assert!(crash.result().is_err() && panic.result().is_err());
        until(|| killed.is_running());
        killed.cancel();
        pool
    };
    let (before, n_threads) = (descriptors(), std::fs::read_dir("/proc/self/task").unwrap().count());
    run(2).shutdown(Shutdown::Wait);
    for n in 0..20 {
        let pool = run(n % 3 + 1);
        match n % 4 {
            0 => drop(pool),
            1 => pool.shutdown(Shutdown::CancelPending),
            2 => pool.shutdown(Shutdown::Kill),
            _ => {
                pool.kill_workers();
                drop(pool);
            }
        }
        assert_eq!(n_children(), 0, "no process, not even a zombie");
    }
    // The last act of a supervisor is after the pool's end.
    until(|| std::fs::read_dir("/proc/self/task").unwrap().count() <= n_threads);
    until(|| descriptors() == before);
}

#[test]
fn many_pools_leave_no_processes_threads_or_descriptors() {
    timed(|| {
        Probe::new("makes_many_pools").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn looks_at_descriptors_of_workers() {
    let sockets = |lines: Vec<String>| -> BTreeSet<String> {
        lines.into_iter().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect()
    };
    let inherited = sockets(descriptors());
    let scratch = Scratch::new();
    let door = scratch.door();
    let pool = ProcessPool::new(4).unwrap();
    let look = |door: Door| {
        door.pass();
        descriptors()
    };
    let futures: Vec<_> = (0..4).map(|_| pool.submit(look, door.clone())).collect();
    door.wait_for(4);
    door.open();
    let mut seen = BTreeSet::new();
    for future in futures {
        let of_worker = future.result().unwrap();
        assert!(of_worker[0].ends_with("0 /dev/null"), "{of_worker:?}");
        let own: Vec<_> = sockets(of_worker)
            .into_iter()
            .filter(|target| !inherited.contains(target) && target != "/dev/null")
            .collect();
        let (files, line): (Vec<_>, Vec<_>) =
            own.iter().partition(|target| target.contains("memfd:concurrent-futures-runs"));
        assert!(line.len() == 1 && line[0].starts_with("socket:"), "its own line and nothing else: {own:?}");
        assert!(files.len() <= 1, "the files of arguments and of its answers, which are called the same: {own:?}");
        assert!(seen.insert(line[0].clone()), "each has its own");
    }
}

#[test]
fn a_worker_has_its_own_line_and_no_descriptor_of_others() {
    timed(|| {
        Probe::new("looks_at_descriptors_of_workers").run();
    });
}

fn spin(door: Door) {
    door.mark(&format!("pid.{}.", std::process::id()));
    loop {
        std::hint::spin_loop();
    }
}

fn sleep_long(door: Door) {
    door.mark(&format!("pid.{}.", std::process::id()));
    thread::sleep(Duration::from_secs(3600));
}

fn nest(door: Door) {
    door.mark(&format!("pid.{}.", std::process::id()));
    let pool = ProcessPool::new(1).unwrap();
    let _busy = pool.submit(spin, door);
    pool.shutdown(Shutdown::Wait);
}

/// Five processes: itself, two that spin, one that sleeps, and one that waits for a worker of its own.
#[test]
#[ignore = "a probe that another test starts"]
fn has_busy_workers() {
    let door = door_of_program();
    let pool = ProcessPool::new(3).unwrap();
    let _spins = pool.submit(spin, door.clone());
    let _sleeps = pool.submit(sleep_long, door.clone());
    let _nests = pool.submit(nest, door.clone());
    door.mark(&format!("pid.{}.", std::process::id()));
    // Longer than a test that wants to end it waits.
    thread::sleep(Duration::from_secs(100));
    std::process::exit(1);
}

/// Ends that program in some way; nothing of it is left.
fn none_is_left_after(end: impl FnOnce(i64)) {
    let scratch = Scratch::new();
    let door = scratch.door();
    let mut program = Probe::new("has_busy_workers").env(DOOR, door.path()).start();
    until(|| door.marks("pid") >= 5);
    let pids: Vec<u32> = door.names().iter().filter_map(|name| name.split('.').nth(1)?.parse().ok()).collect();
    assert!(pids.len() >= 5 && pids.iter().all(|pid| is_alive(*pid)), "{pids:?}");
    end(program.id().into());
    // Waker: the end of the program, which was just ended.
    program.wait().unwrap();
    let ended = Instant::now();
    until(|| !pids.iter().any(|pid| is_alive(*pid)));
    assert!(ended.elapsed() < Duration::from_secs(2), "{:?}", ended.elapsed());
}

#[test]
fn no_worker_outlives_a_killed_parent() {
    timed(|| none_is_left_after(|pid| signal(pid, libc::SIGKILL)));
}

#[test]
fn an_interrupt_of_the_terminal_ends_all() {
    timed(|| none_is_left_after(|pid| signal(-pid, libc::SIGINT)));
}

#[test]
fn a_terminated_parent_takes_its_workers_along() {
    timed(|| none_is_left_after(|pid| signal(pid, libc::SIGTERM)));
}

#[test]
#[ignore = "a probe that another test starts"]
fn prints_from_workers() {
    let pool = ProcessPool::new(1).unwrap();
    println!("\n<<<");
    eprintln!("\n<<<");
    let print = |n: u64| {
        println!("out {n}");
        eprintln!("err {n}");
        print!("no end of line {n};");
    };
    for n in 0..3 {
        pool.submit(print, n).result().unwrap();
        println!();
    }
    pool.spawn(|| print!("last words")).result().unwrap();
    drop(pool);
    println!("\n>>>");
    eprintln!(">>>");
}

#[test]
fn what_workers_print_arrives_unchanged_and_nothing_else_does() {
    timed(|| {
        let (out, err) = Probe::new("prints_from_workers").run();
        let between = |text: &str| text.split("<<<\n").nth(1).unwrap().split(">>>").next().unwrap().to_owned();
        let lines: String = (0..3).map(|n| format!("out {n}\nno end of line {n};\n")).collect();
        assert_eq!(between(&out), format!("{lines}last words\n"));
        assert_eq!(between(&err), "err 0\nerr 1\nerr 2\n");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn says_that_it_is_a_program() {
    println!("\n<program>");
}

#[test]
fn a_program_started_by_a_worker_is_no_worker() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let start = || {
            let (_line, socket) = std::os::unix::net::UnixStream::pair().unwrap();
            let inputs = [Stdio::null(), Stdio::inherit(), OwnedFd::from(socket).into()];
            inputs.map(|input| {
                let mut again = Command::new(std::env::current_exe().unwrap());
                again.args(["--exact", "says_that_it_is_a_program", "--ignored", "--nocapture"]).stdin(input);
                String::from_utf8_lossy(&again.output().unwrap().stdout).into_owned()
            })
        };
        for out in pool.spawn(start).result().unwrap() {
            assert!(out.contains("<program>"), "{out}");
        }
    });
}

#[test]
fn init_does_nothing_in_a_program_and_in_a_task() {
    timed(|| {
        concurrent_futures::init();
        let pool = ProcessPool::new(1).unwrap();
        pool.spawn(concurrent_futures::init).result().unwrap();
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
    });
}

#[test]
fn the_standard_input_of_a_worker_is_empty() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let read = || {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|n| (n, text)).unwrap()
        };
        assert_eq!(pool.spawn(read).result().unwrap(), (0, String::new()));
    });
}

#[test]
fn a_broken_pipe_is_an_error_in_a_worker() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let write = || {
            let (reader, mut writer) = std::io::pipe().unwrap();
            drop(reader);
            writer.write_all(b"to nobody").unwrap_err().kind() == std::io::ErrorKind::BrokenPipe
        };
        assert!(pool.spawn(write).result().unwrap());
    });
}

#[test]
fn statics_are_of_each_process() {
    static COUNT: AtomicU64 = AtomicU64::new(5);
    timed(|| {
        COUNT.store(100, Ordering::Relaxed);
        let pool = ProcessPool::new(1).unwrap();
        let count = || COUNT.fetch_add(1, Ordering::Relaxed);
        assert_eq!(pool.spawn(count).result().unwrap(), 5);
        assert_eq!(pool.spawn(count).result().unwrap(), 6);
        assert_eq!(COUNT.load(Ordering::Relaxed), 100);
    });
}

#[concurrent(workers = 2)]
fn annotated(n: u64) -> Vec<u64> {
    let mut squares = Vec::new();
    for i in 0..n {
        squares.push(square(i));
    }
    squares
}

#[test]
fn a_worker_has_pools_and_annotated_functions_of_its_own() {
    timed(|| {
        let pool = ProcessPool::new(2).unwrap();
        let expected: Vec<u64> = (0..20).map(square).collect();
        assert_eq!(pool.submit(annotated, 20).result().unwrap(), expected);
        let on_threads = |n: u64| {
            let threads = ThreadPool::new(2).unwrap();
            threads.map(square, 0..n).collect::<Result<Vec<_>, _>>().unwrap()
        };
        assert_eq!(pool.submit(on_threads, 20).result().unwrap(), expected);
        fn nested(depth: u64) -> Vec<u32> {
            let mut pids = vec![std::process::id()];
            if depth > 0 {
                let pool = ProcessPool::new(1).unwrap();
                pids.extend(pool.submit(nested, depth - 1).result().unwrap());
            }
            pids
        }
        let pids = pool.submit(nested, 3).result().unwrap();
        assert_eq!(pids.iter().collect::<BTreeSet<_>>().len(), 4);
        assert!(pids[1..].iter().all(|pid| status_of(*pid).is_none()));
    });
}
