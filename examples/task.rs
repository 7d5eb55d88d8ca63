//! An annotated function: still called plainly, submitted to a pool, or mapped over many arguments.
//!
//! ```text
//! cargo run --example task
//! ```

use concurrent_futures::{Error, concurrent};
use std::thread;
use std::time::Duration;

#[path = "support/table.rs"]
mod table;

/// How often a letter occurs, found out slowly.
#[concurrent(task, workers = 4)]
fn count(text: &str, letter: char) -> usize {
    thread::sleep(Duration::from_millis(20));
    text.chars().filter(|&found| found == letter).count()
}

fn main() -> Result<(), Error> {
    const TEXTS: [&str; 8] = ["banana", "ananas", "apple", "papaya", "pear", "orange", "avocado", "plum"];

    // A plain call, here and now.
    assert_eq!(count("banana", 'a'), 3);

    // On the pool; `&str` became `String`, for the text must live as long as the task.
    let future = count::submit("banana".to_owned(), 'a');
    assert_eq!(future.result()?, 3);

    // For many arguments: the results come in their order, each with its own error if it has one.
    let (expected, sequential) = table::timed(|| TEXTS.map(|text| count(text, 'a')).to_vec());
    let (counts, concurrent) = table::timed(|| {
        let arguments = TEXTS.map(|text| (text.to_owned(), 'a'));
        count::map(arguments).collect::<Result<Vec<usize>, Error>>()
    });
    assert_eq!(counts?, expected);

    println!("{}", table::Table::default().row("8 tasks of 20 ms", sequential, concurrent));
    Ok(())
}
