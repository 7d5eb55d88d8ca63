//! The end of a program that has worker processes: what was submitted has run, and nothing hangs.
//!
//! Each case is this test binary, started again.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use concurrent_futures::{ProcessPool, Shutdown};
use concurrent_futures_suite::{Probe, timed, until};

fn sleeps(millis: u64) -> u64 {
    thread::sleep(Duration::from_millis(millis));
    println!("\napple");
    millis
}

#[test]
#[ignore = "a probe that another test starts"]
fn submits_and_ends() {
    let pool = ProcessPool::new(1).unwrap();
    drop(pool.submit(sleeps, 50));
}

#[test]
fn a_task_submitted_last_still_runs() {
    timed(|| {
        let (out, err) = Probe::new("submits_and_ends").run();
        assert!(out.contains("apple"), "{out}");
        assert_eq!(err, "");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn kills_and_ends() {
    let pool = ProcessPool::new(1).unwrap();
    let running = pool.submit(sleeps, 3_600_000);
    until(|| running.is_running());
    drop(pool.submit(sleeps, 0));
    pool.shutdown(Shutdown::Kill);
    drop(running);
}

#[test]
fn a_killed_pool_does_not_hold_the_program() {
    timed(|| {
        let (out, err) = Probe::new("kills_and_ends").run();
        assert!(!out.contains("apple"), "{out}");
        assert_eq!(err, "");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn ends_with_a_pool_in_a_static() {
    static POOL: OnceLock<ProcessPool> = OnceLock::new();
    let pool = POOL.get_or_init(|| ProcessPool::new(2).unwrap());
    assert_eq!(pool.submit(sleeps, 0).result().unwrap(), 0);
    drop(pool.submit(sleeps, 3_600_000));
    extern "C" fn at_exit() {
        // The supervisor lives until the very end of the program.
        let result = POOL.get().map(|pool| pool.submit(sleeps, 1).result());
        println!(
            "\nat exit: {}",
            result.is_some_and(|result| result.is_ok() || result.is_err_and(|error| error.is_shutdown()))
        );
    }
    // SAFETY: the function touches a static only, and does not unwind.
    unsafe { libc::atexit(at_exit) };
}

#[test]
fn at_the_end_of_the_program() {
    timed(|| {
        let (out, err) = Probe::new("ends_with_a_pool_in_a_static").run();
        assert!(out.contains("at exit: true"), "{out}");
        assert_eq!(err, "");
    });
}
