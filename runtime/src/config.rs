//! What the environment says: `CONCURRENT_MODE`, `CONCURRENT_WORKERS`, `CONCURRENT_WATCHDOG`,
//! `CONCURRENT_LONGEST_VALUE`, `CONCURRENT_START_LIMIT` and `CONCURRENT_SCHEDULE`, each read once, at first use.
//!
//! The last is for tests, the others are knobs for debugging and for operators. A value that makes no sense is reported
//! on standard error, once, and then counts as unset: a mistyped variable never stops a program that would otherwise run.

use std::env;
use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use crate::sync::{LazyLock, OnceLock};

const MODE: &str = "CONCURRENT_MODE";
const WORKERS: &str = "CONCURRENT_WORKERS";
const LONGEST: &str = "CONCURRENT_LONGEST_VALUE";
const START: &str = "CONCURRENT_START_LIMIT";
const SCHEDULE: &str = "CONCURRENT_SCHEDULE";
const WATCHDOG: &str = "CONCURRENT_WATCHDOG";

/// An order of execution that no good schedule would choose, for tests: whoever depends on the usual order fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// What may start starts last first.
    Reverse,
    /// What may start starts in random order, from this seed.
    Random(u64),
    /// One at a time, with every switch between threads that can be forced.
    One,
}

/// Whether `CONCURRENT_MODE=sequential` asks for every annotated loop and task to run on the thread that calls it.
pub(crate) fn sequential_mode() -> bool {
    static SEQUENTIAL: LazyLock<bool> = LazyLock::new(|| or_report(read_mode(env::var_os(MODE)), false));
    *SEQUENTIAL
}

static AVAILABLE: OnceLock<usize> = OnceLock::new();

/// How many workers to use where the user gave no number: `CONCURRENT_WORKERS`, or what the machine offers.
pub(crate) fn available_workers() -> usize {
    *AVAILABLE.get_or_init(|| {
        let asked = or_report(read_workers(env::var_os(WORKERS)), None);
        asked.map_or_else(n_cores, NonZeroUsize::get)
    })
}

/// The same, if it has been found out: counting the cores takes longer than many a loop (50 to 150 µs, as files of the system are
/// read for it).
pub(crate) fn known_workers() -> Option<usize> {
    AVAILABLE.get().copied()
}

/// What the machine offers this process, when it was asked first.
pub(crate) fn n_cores() -> usize {
    // Where the system does not tell, one is the number that is never wrong.
    static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, NonZeroUsize::get));
    *CORES
}

/// How many bytes a value may take that travels between processes, if `CONCURRENT_LONGEST_VALUE` says so. Workers inherit it.
pub(crate) fn longest_value() -> Option<u64> {
    static LONGEST_VALUE: LazyLock<Option<u64>> =
        LazyLock::new(|| or_report(read_number(LONGEST, env::var_os(LONGEST)), None).map(NonZeroU64::get));
    *LONGEST_VALUE
}

/// How long a worker process may take to say something after its start: a minute, or as `CONCURRENT_START_LIMIT` says in seconds.
pub(crate) fn start_limit() -> Duration {
    static LIMIT: LazyLock<Option<NonZeroU64>> =
        LazyLock::new(|| or_report(read_number(START, env::var_os(START)), None));
    Duration::from_secs(LIMIT.map_or(60, NonZeroU64::get))
}

/// The order that `CONCURRENT_SCHEDULE` asks for; `None`: the usual one.
pub(crate) fn schedule() -> Option<Schedule> {
    static ASKED: LazyLock<Option<Schedule>> = LazyLock::new(|| or_report(read_schedule(env::var_os(SCHEDULE)), None));
    *ASKED
}

/// For how long a pool may get nowhere before that is told, as `CONCURRENT_WATCHDOG` says in seconds.
pub(crate) fn watchdog() -> Option<Duration> {
    static LIMIT: LazyLock<Option<Duration>> = LazyLock::new(|| or_report(read_watchdog(env::var_os(WATCHDOG)), None));
    *LIMIT
}

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

fn read_schedule(value: Option<OsString>) -> Result<Option<Schedule>, String> {
    let value = value.as_deref().map(|value| value.to_string_lossy());
    match value.as_deref() {
        None | Some("") => Ok(None),
        Some("reverse") => Ok(Some(Schedule::Reverse)),
        Some("one") => Ok(Some(Schedule::One)),
        Some(text) => {
            let seed = text.strip_prefix("random:").and_then(|seed| seed.parse().ok());
            seed.map(|seed| Some(Schedule::Random(seed))).ok_or_else(|| {
                format!(
                    "{SCHEDULE}={text} is not known and has no effect; use `reverse`, `random:` with a whole number, \
                     or `one`, or unset it"
                )
            })
        }
    }
}

fn read_watchdog(value: Option<OsString>) -> Result<Option<Duration>, String> {
    match value.as_deref().map(|value| value.to_string_lossy()).as_deref() {
        None | Some("") => Ok(None),
        Some(text) => {
            let seconds = text.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            seconds.filter(|limit| !limit.is_zero()).map(Some).ok_or_else(|| {
                format!(
                    "{WATCHDOG}={text} is not a number of seconds above 0 and has no effect; correct it, or unset it"
                )
            })
        }
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

    #[test]
    fn a_schedule_is_one_of_three() {
        assert_eq!(read_schedule(None), Ok(None));
        assert_eq!(read_schedule(given("")), Ok(None));
        assert_eq!(read_schedule(given("reverse")), Ok(Some(Schedule::Reverse)));
        assert_eq!(read_schedule(given("one")), Ok(Some(Schedule::One)));
        assert_eq!(read_schedule(given("random:7")), Ok(Some(Schedule::Random(7))));
        for wrong in ["random", "random:", "random:-1", "random:x", "Reverse", "two"] {
            assert!(read_schedule(given(wrong)).unwrap_err().contains(wrong));
        }
    }

    #[test]
    fn a_watchdogs_limit_is_in_seconds() {
        assert_eq!(read_watchdog(None), Ok(None));
        assert_eq!(read_watchdog(given("")), Ok(None));
        assert_eq!(read_watchdog(given("2")), Ok(Some(Duration::from_secs(2))));
        assert_eq!(read_watchdog(given("0.5")), Ok(Some(Duration::from_millis(500))));
        for wrong in ["0", "-1", "soon", "NaN", "1e300"] {
            assert!(read_watchdog(given(wrong)).unwrap_err().contains(wrong));
        }
    }
}
