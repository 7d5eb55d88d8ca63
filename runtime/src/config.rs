//! What the environment says: `CONCURRENT_MODE`, `CONCURRENT_WORKERS` and `CONCURRENT_LONGEST_VALUE`, each read once, at
//! first use.
//!
//! They are knobs for debugging and for operators. A value that makes no sense is reported on standard error,
//! once, and then counts as unset: a mistyped variable never stops a program that would otherwise run.

use std::env;
use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::thread;

use crate::sync::{AtomicBool, LazyLock, Ordering};

const MODE: &str = "CONCURRENT_MODE";
const WORKERS: &str = "CONCURRENT_WORKERS";
const LONGEST: &str = "CONCURRENT_LONGEST_VALUE";

/// Whether `CONCURRENT_MODE=sequential` asks for every annotated loop and task to run as plain code.
pub(crate) fn sequential_mode() -> bool {
    static SEQUENTIAL: LazyLock<bool> = LazyLock::new(|| or_report(read_mode(env::var_os(MODE)), false));
    *SEQUENTIAL
}

/// How many workers to use where the user gave no number: `CONCURRENT_WORKERS`, or what the machine offers.
pub(crate) fn available_workers() -> usize {
    static AVAILABLE: LazyLock<usize> = LazyLock::new(|| {
        let asked = or_report(read_workers(env::var_os(WORKERS)), None);
        // Where the system does not tell, one worker is the number that is never wrong.
        asked.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
    });
    *AVAILABLE
}

/// How many bytes a value may take that travels between processes, if `CONCURRENT_LONGEST_VALUE` says so. Workers inherit it.
pub(crate) fn longest_value() -> Option<u64> {
    static LONGEST_VALUE: LazyLock<Option<u64>> =
        LazyLock::new(|| or_report(read_number(LONGEST, env::var_os(LONGEST)), None).map(NonZeroU64::get));
    *LONGEST_VALUE
}

/// Whether this process is a worker of another.
pub(crate) fn is_worker_process() -> bool {
    // Relaxed: set before any other thread can be there.
    IS_WORKER.load(Ordering::Relaxed)
}

/// Notes that this process is a worker of another.
pub(crate) fn become_worker_process() {
    IS_WORKER.store(true, Ordering::Relaxed);
}

static IS_WORKER: AtomicBool = AtomicBool::new(false);

fn read_mode(value: Option<OsString>) -> Result<bool, String> {
    match value.as_deref().map(|value| value.to_string_lossy()).as_deref() {
        None | Some("" | "thread") => Ok(false),
        Some("sequential") => Ok(true),
        Some(other) => Err(format!("{MODE}={other} is not known and has no effect; use `sequential`, or unset it")),
    }
}

fn read_workers(value: Option<OsString>) -> Result<Option<NonZeroUsize>, String> {
    read_number(WORKERS, value)
}

fn read_number<N: FromStr>(name: &str, value: Option<OsString>) -> Result<Option<N>, String> {
    match value.as_deref().map(|value| value.to_string_lossy()).as_deref() {
        None | Some("") => Ok(None),
        Some(text) => text.trim().parse().map(Some).map_err(|_| {
            format!("{name}={text} is not a whole number of at least 1 and has no effect; correct it, or unset it")
        }),
    }
}

fn or_report<T>(read: Result<T, String>, default: T) -> T {
    read.unwrap_or_else(|complaint| {
        eprintln!("concurrent-futures: {complaint}");
        default
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Option<OsString> {
        Some(text.into())
    }

    #[test]
    fn only_sequential_changes_the_mode() {
        assert_eq!(read_mode(None), Ok(false));
        assert_eq!(read_mode(given("")), Ok(false));
        assert_eq!(read_mode(given("thread")), Ok(false));
        assert_eq!(read_mode(given("sequential")), Ok(true));
        assert!(read_mode(given("sequental")).unwrap_err().contains("use `sequential`"));
    }

    #[test]
    fn a_wrong_number_of_workers_is_named() {
        assert_eq!(read_workers(None), Ok(None));
        assert_eq!(read_workers(given("3")), Ok(NonZeroUsize::new(3)));
        for wrong in ["0", "-1", "many"] {
            assert!(read_workers(given(wrong)).unwrap_err().contains(wrong));
        }
    }
}
