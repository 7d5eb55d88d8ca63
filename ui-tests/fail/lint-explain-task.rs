//! What `explain` says of a task in worker processes.

#![deny(deprecated)]

use concurrent_futures::concurrent;

/// Counts.
#[concurrent(task, explain, mode = "process")]
fn count(text: &str, letter: char) -> usize {
    text.chars().filter(|found| *found == letter).count()
}

fn main() {
    count("a", 'a');
}
