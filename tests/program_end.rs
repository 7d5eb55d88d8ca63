//! The end of a program: a pool dropped by `main` has run its tasks, and nothing hangs.
//!
//! Each case is this test binary, started again.

use std::cell::RefCell;
use std::process::Command;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use concurrent_futures::{Shutdown, ThreadPool, concurrent};
use concurrent_futures_suite::timed;

/// Runs one of the probes below as a program of its own; gives what it printed on both channels.
fn run(probe: &str) -> (String, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", probe, "--ignored", "--nocapture"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
#[ignore = "a probe that another test starts"]
fn submits_and_ends() {
    let pool = ThreadPool::new(1).unwrap();
    drop(pool.spawn(|| {
        std::thread::sleep(Duration::from_millis(50));
        println!("apple");
    }));
}

#[test]
fn a_task_submitted_last_still_runs() {
    timed(|| {
        let (out, err) = run("submits_and_ends");
        assert!(out.contains("apple"), "{out}");
        assert_eq!(err, "");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn kills_and_ends() {
    let pool = ThreadPool::new(1).unwrap();
    let (tell, told) = mpsc::channel();
    let running = pool.spawn(move || {
        tell.send(()).unwrap();
        std::thread::sleep(Duration::from_secs(3600));
    });
    drop(pool.spawn(|| println!("never")));
    told.recv().unwrap();
    pool.shutdown(Shutdown::Kill);
    drop(running);
}

#[test]
fn a_killed_pool_does_not_hold_the_program() {
    timed(|| {
        let (out, err) = run("kills_and_ends");
        assert!(!out.contains("never"), "{out}");
        assert_eq!(err, "");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn ends_with_pools_in_statics() {
    static OPEN: OnceLock<ThreadPool> = OnceLock::new();
    static CLOSED: OnceLock<ThreadPool> = OnceLock::new();
    extern "C" fn at_exit() {
        let result = |pool: &OnceLock<ThreadPool>| pool.get().map(|pool| pool.spawn(|| 7).result());
        let (ran, refused) = (result(&OPEN).unwrap(), result(&CLOSED).unwrap());
        println!("\nat exit: {}, {}", ran.is_ok_and(|n| n == 7), refused.is_err_and(|error| error.is_shutdown()));
    }
    let pools = [&OPEN, &CLOSED].map(|pool| pool.get_or_init(|| ThreadPool::new(1).unwrap()));
    assert!(pools.iter().all(|pool| pool.spawn(|| 7).result().is_ok()));
    CLOSED.get().unwrap().shutdown(Shutdown::Wait);
    // SAFETY: the function touches statics only, and does not unwind.
    unsafe { libc::atexit(at_exit) };
}

#[test]
fn at_the_end_of_the_program_tasks_run_or_give_a_clear_error() {
    timed(|| {
        let (out, err) = run("ends_with_pools_in_statics");
        assert!(out.contains("at exit: true, true"), "{out}");
        assert_eq!(err, "");
    });
}

/// Runs a closure when its thread ends.
struct AtExit(Option<Box<dyn FnOnce()>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some(last) = self.0.take() {
            last();
        }
    }
}

thread_local! {
    static AT_EXIT: RefCell<AtExit> = const { RefCell::new(AtExit(None)) };
}

#[test]
fn at_the_end_of_a_thread_tasks_run_or_give_a_clear_error() {
    timed(|| {
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let pool = ThreadPool::new(1).unwrap();
            let closed = ThreadPool::new(1).unwrap();
            closed.shutdown(Shutdown::Wait);
            let last = move || {
                let error = closed.spawn(|| 7).result().unwrap_err();
                tell.send((pool.spawn(|| 7).result().unwrap(), error.is_shutdown())).unwrap();
            };
            AT_EXIT.with_borrow_mut(|at_exit| at_exit.0 = Some(Box::new(last)));
        });
        thread.join().unwrap();
        assert_eq!(told.recv().unwrap(), (7, true));
    });
}

fn twice(n: u64) -> u64 {
    2 * n
}

#[concurrent(task)]
fn thrice(n: u64) -> u64 {
    3 * n
}

#[concurrent(workers = 4)]
fn collected(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        std::thread::sleep(Duration::from_micros(100));
        out.push(twice(i));
    }
    out
}

#[concurrent(workers = 4)]
fn found(n: u64) -> Option<u64> {
    for i in 0..n {
        std::thread::sleep(Duration::from_micros(100));
        if twice(i) == 80 {
            return Some(i);
        }
    }
    None
}

/// Everything that asks what the calling thread is doing.
fn use_everything() {
    assert_eq!(collected(50).len(), 50);
    assert_eq!(found(50), Some(40));
    assert_eq!(thrice::submit(2).result().unwrap(), 6);
    let pool = ThreadPool::new(1).unwrap();
    assert!(pool.map(twice, 0..50).all(|twice| twice.is_ok()));
    let (release, released) = mpsc::channel();
    let busy = pool.spawn(move || released.recv().unwrap());
    let (cancelled, unwanted) = (pool.submit(twice, 1), pool.spawn(|| panic!("as asked")));
    assert!(cancelled.cancel());
    assert!(cancelled.result().unwrap_err().is_cancelled());
    release.send(()).unwrap();
    busy.result().unwrap();
    assert!(unwanted.result().unwrap_err().is_panic());
}

#[test]
#[ignore = "a probe that another test starts"]
fn works_without_locals() {
    let thread = std::thread::spawn(|| {
        // The first to be there is the last to go.
        AT_EXIT.with_borrow_mut(|at_exit| {
            at_exit.0 = Some(Box::new(|| {
                use_everything();
                println!("apple");
            }));
        });
        use_everything();
    });
    thread.join().unwrap();
}

#[test]
fn what_a_thread_does_when_its_locals_are_gone_works_as_before() {
    timed(|| {
        let (out, _) = run("works_without_locals");
        assert!(out.contains("apple"), "{out}");
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn keeps_a_pool_in_its_own_worker() {
    let pool = Arc::new(ThreadPool::new(2).unwrap());
    let ((release, released), (tell, told)) = (mpsc::channel(), mpsc::channel());
    let kept = Arc::clone(&pool);
    let keeps = pool.spawn(move || {
        released.recv().unwrap();
        kept.shutdown(Shutdown::Wait);
        let last = move || {
            drop(kept);
            tell.send(()).unwrap();
        };
        AT_EXIT.with_borrow_mut(|at_exit| at_exit.0 = Some(Box::new(last)));
    });
    drop(pool);
    release.send(()).unwrap();
    keeps.result().unwrap();
    told.recv().unwrap();
}

#[test]
fn a_pool_that_its_own_worker_drops_last_does_not_wait_for_that() {
    timed(|| {
        run("keeps_a_pool_in_its_own_worker");
    });
}
