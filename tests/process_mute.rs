//! Workers that are held up before they can be workers.

#![cfg(target_os = "linux")]

use std::ffi::{CStr, c_char, c_int};
use std::mem::MaybeUninit;

use concurrent_futures::ProcessPool;
use concurrent_futures_suite::{Probe, timed};

fn square(n: u64) -> u64 {
    n * n
}

/// Runs before all constructors.
#[used]
#[unsafe(link_section = ".preinit_array")]
static HOLD_UP: extern "C" fn(c_int, *const *const c_char, *const *const c_char) = hold_up;

/// Stops this process for ever if it is a worker and `HOLD_UP` is in its environment.
extern "C" fn hold_up(_argc: c_int, _argv: *const *const c_char, environment: *const *const c_char) {
    let mut at = environment;
    loop {
        // SAFETY: the environment is an array of texts, and we come no further than its null.
        let variable = unsafe { *at };
        if variable.is_null() {
            return;
        }
        // SAFETY: not null, so it is one of the texts.
        if unsafe { CStr::from_ptr(variable) } == c"HOLD_UP=1" {
            break;
        }
        // SAFETY: the null is still to come.
        at = unsafe { at.add(1) };
    }
    let mut status = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: there is room for the answer.
    let told = unsafe { libc::fstat(0, status.as_mut_ptr()) };
    // SAFETY: zeros are a status too.
    let status = unsafe { status.assume_init() };
    // A worker's line is its standard input.
    if told == 0 && status.st_mode & libc::S_IFMT == libc::S_IFSOCK {
        loop {
            // SAFETY: it has no arguments. Waker: none but the signal that kills.
            unsafe { libc::pause() };
        }
    }
}

#[test]
#[ignore = "a probe that another test starts"]
fn has_mute_workers() {
    let pool = ProcessPool::new(2).unwrap();
    let futures: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
    for future in futures {
        let error = future.result().unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("said nothing for 1s"), "{error}");
    }
}

#[test]
fn a_worker_that_never_speaks_is_an_error() {
    timed(|| {
        Probe::new("has_mute_workers").env("HOLD_UP", "1").env("CONCURRENT_START_LIMIT", "1").run();
    });
}
