//! An argument travels to another process.

use concurrent_futures::concurrent;
use std::sync::Arc;

#[concurrent(task, mode = "process")]
fn length(text: Arc<str>) -> usize {
    text.len()
}

fn main() {
    length::submit("text".into()).result().unwrap();
}
