//! Two versions of a function, called in turn and compared.

use super::table;
use std::fmt::Debug;
use std::time::Duration;

/// Calls both `n` times and prints their median times, or says what differs; whether the results are equal.
pub(crate) fn compare<T: PartialEq + Debug>(
    what: &str,
    n: usize,
    plain: impl Fn() -> T,
    concurrent: impl Fn() -> T,
) -> bool {
    let (mut times_plain, mut times_concurrent): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let (expected, time) = table::timed(&plain);
        times_plain.push(time);
        let (found, time) = table::timed(&concurrent);
        times_concurrent.push(time);
        if found != expected {
            eprintln!("{what}: the results differ");
            return false;
        }
    }
    times_plain.sort_unstable();
    times_concurrent.sort_unstable();
    println!("{}", table::Table::default().row(what, times_plain[n / 2], times_concurrent[n / 2]));
    println!("the results are the same");
    true
}
