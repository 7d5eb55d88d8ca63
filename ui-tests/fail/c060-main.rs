//! `main` is not called by anyone who could wait for it.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn main() {}
