//! So has an error.

use concurrent_futures::concurrent;
use std::fs;
use std::io;

#[concurrent(mode = "process")]
fn sizes(paths: &[String]) -> io::Result<Vec<usize>> {
    let mut out = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path)?;
        out.push(text.len());
    }
    Ok(out)
}

fn main() {
    sizes(&[]).unwrap();
}
