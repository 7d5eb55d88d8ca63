//! Loops that end early: the first error in the order of the loop wins, and `break` ends it where it
//! stands, whatever later iterations have done meanwhile.
//!
//! ```text
//! cargo run --example early_exit
//! ```

use concurrent_futures::concurrent;
use std::num::ParseIntError;
use std::thread;
use std::time::Duration;

#[path = "support/table.rs"]
mod table;

/// The sum, or the first error: `?` in the part that runs in parallel.
#[concurrent(workers = 4)]
fn sum(numbers: &[&str]) -> Result<u64, ParseIntError> {
    let mut sum = 0;
    for number in numbers {
        sum += slowly_parsed(number)?;
    }
    Ok(sum)
}

/// The numbers before their sum passes `limit`: a `break` that depends on all earlier iterations.
#[concurrent(workers = 4)]
fn until(numbers: &[&str], limit: u64) -> Vec<u64> {
    let mut taken = Vec::new();
    let mut sum = 0;
    for number in numbers {
        let Ok(number) = slowly_parsed(number) else { continue };
        sum += number;
        if sum > limit {
            break;
        }
        taken.push(number);
    }
    taken
}

fn until_plain(numbers: &[&str], limit: u64) -> Vec<u64> {
    let mut taken = Vec::new();
    let mut sum = 0;
    for number in numbers {
        let Ok(number) = slowly_parsed(number) else { continue };
        sum += number;
        if sum > limit {
            break;
        }
        taken.push(number);
    }
    taken
}

fn slowly_parsed(number: &str) -> Result<u64, ParseIntError> {
    // The later a number stands, the faster: later errors are found first.
    thread::sleep(Duration::from_millis(if number.len() > 3 { 2 } else { 10 }));
    number.parse()
}

fn main() {
    assert_eq!(sum(&["1", "2", "3"]), Ok(6));

    // "wrong" is parsed long before "", but "" comes first in the loop.
    let error = sum(&["1", "2", "", "wrong", "5"]).unwrap_err();
    assert_eq!(error, "".parse::<u64>().unwrap_err());

    let numbers = ["7", "8", "?", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"];
    let (expected, sequential) = table::timed(|| until_plain(&numbers, 100));
    let (taken, concurrent) = table::timed(|| until(&numbers, 100));
    assert_eq!(taken, expected);
    assert_eq!(taken, [7, 8, 9, 10, 11, 12, 13, 14, 15]);

    println!("{}", table::Table::default().row("numbers up to a sum of 100", sequential, concurrent));
}
