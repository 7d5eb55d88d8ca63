//! Futures in the order in which they complete, each with its position; one failure is one failure.
//! (One task panics on purpose; its message on standard error is the usual one.)
//!
//! ```text
//! cargo run --example as_completed
//! ```

use concurrent_futures::{Error, ThreadPool, as_completed};
use std::thread;
use std::time::Duration;

#[path = "support/table.rs"]
mod table;

fn sleep(millis: u64) -> u64 {
    assert!(millis > 0, "no sleep at all");
    thread::sleep(Duration::from_millis(millis));
    millis
}

fn main() -> Result<(), Error> {
    const TIMES: [u64; 4] = [120, 40, 80, 10];
    let ((), sequential) = table::timed(|| TIMES.iter().for_each(|&millis| assert_eq!(sleep(millis), millis)));

    let pool = ThreadPool::new(4)?;
    let (completed, concurrent) = table::timed(|| {
        let futures = TIMES.map(|millis| pool.submit(sleep, millis));
        as_completed(futures).map(|(i, result)| result.map(|millis| (i, millis))).collect::<Result<Vec<_>, Error>>()
    });
    assert_eq!(completed?, [(3, 10), (1, 40), (2, 80), (0, 120)]);

    // A task that panics fails alone.
    let futures = [5, 0, 5].map(|millis| pool.submit(sleep, millis));
    for (i, result) in as_completed(futures) {
        match result {
            Ok(millis) => assert_eq!((i != 1, millis), (true, 5)),
            Err(error) => {
                assert!(i == 1 && error.is_panic());
                println!("task {i}: {error}");
            }
        }
    }

    println!("{}", table::Table::default().row("4 tasks of 10 to 120 ms", sequential, concurrent));
    Ok(())
}
