//! An error that is a borrow of a text.

use concurrent_futures::concurrent;

fn weigh(line: &str) -> Result<u64, &'static str> {
    if line.is_empty() { Err("nothing") } else { Ok(3) }
}

#[concurrent(mode = "process")]
fn total(lines: &[String]) -> Result<u64, String> {
    let mut total = 0;
    for line in lines {
        total += weigh(line)?;
    }
    Ok(total)
}

fn main() {
    total(&[]).unwrap();
}
