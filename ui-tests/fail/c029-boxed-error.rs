//! The work returns the error that everybody uses, which is not `Send`.

use concurrent_futures::concurrent;
use std::error::Error;

fn parse(word: &str) -> Result<u64, Box<dyn Error>> {
    Ok(word.parse()?)
}

#[concurrent]
fn numbers(words: &[&str]) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut out = Vec::new();
    for word in words {
        out.push(parse(word)?);
    }
    Ok(out)
}

fn main() {
    numbers(&["1"]).ok();
}
