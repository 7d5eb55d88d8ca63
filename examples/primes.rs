//! A loop that is too short to share, and the same loop with enough to do.
//!
//! ```text
//! cargo run --release --example primes
//! ```
//!
//! Testing 1,000 small numbers takes about 67 ms in plain Python, where handing them to a pool is the
//! usual disappointment. Compiled, the whole loop takes less than it costs to wake a second thread a few
//! times. The attribute gains nothing there and should lose little: the loop is over before it would be worth
//! sharing, and runs as it was written. With large numbers the same loop is worth it.

use concurrent_futures::concurrent;
use std::process::ExitCode;
use std::time::Duration;

#[path = "support/table.rs"]
mod table;

#[concurrent]
fn primes(numbers: &[u64]) -> Vec<u64> {
    let mut primes = Vec::new();
    for &n in numbers {
        if is_prime(n) {
            primes.push(n);
        }
    }
    primes
}

/// The same without the attribute.
fn primes_plain(numbers: &[u64]) -> Vec<u64> {
    let mut primes = Vec::new();
    for &n in numbers {
        if is_prime(n) {
            primes.push(n);
        }
    }
    primes
}

fn is_prime(n: u64) -> bool {
    if n < 4 || n.is_multiple_of(2) {
        return n == 2 || n == 3;
    }
    (3..=n.isqrt()).step_by(2).all(|divisor| !n.is_multiple_of(divisor))
}

fn main() -> ExitCode {
    let small: Vec<u64> = (1..=1_000).collect();
    let large: Vec<u64> = (1_000_000_000_000..1_000_000_001_000).collect();

    let first = compare(&small, 1);
    let later = compare(&small, 101);
    let large = compare(&large, 5);
    let (Some(first), Some(later), Some(large)) = (first, later, large) else {
        eprintln!("the primes differ");
        return ExitCode::FAILURE;
    };
    let table = table::Table::default()
        .row("1,000 small numbers, first call", first.0, first.1)
        .row("1,000 small numbers, later calls", later.0, later.1)
        .row("1,000 large numbers", large.0, large.1);
    println!("{table}");
    println!("the primes are the same");
    ExitCode::SUCCESS
}

/// The median times of the plain and the concurrent loop; `None` if they do not find the same.
fn compare(numbers: &[u64], n_calls: usize) -> Option<(Duration, Duration)> {
    let (mut sequential, mut concurrent) = (Vec::new(), Vec::new());
    for _ in 0..n_calls {
        let (expected, time) = table::timed(|| primes_plain(numbers));
        sequential.push(time);
        let (found, time) = table::timed(|| primes(numbers));
        concurrent.push(time);
        if found != expected {
            return None;
        }
    }
    sequential.sort_unstable();
    concurrent.sort_unstable();
    Some((sequential[n_calls / 2], concurrent[n_calls / 2]))
}
