//! Tasks for workers.

use std::thread;
use std::time::Duration;

use crate::door::Door;

/// Passes a door, and leaves the mark "finished" there. Gives the id of the process that did.
#[must_use]
pub fn pass(door: Door) -> u32 {
    door.pass();
    door.mark("finished");
    std::process::id()
}

/// Sleeps for so many milliseconds, and gives them back.
#[must_use]
pub fn nap(millis: u64) -> u64 {
    thread::sleep(Duration::from_millis(millis));
    millis
}
