//! A result travels back.

use concurrent_futures::concurrent;
use std::fs;
use std::io;

#[concurrent(task, mode = "process")]
fn size(path: String) -> io::Result<u64> {
    fs::metadata(path).map(|data| data.len())
}

fn main() {
    size::submit("text".into()).result().unwrap().unwrap();
}
