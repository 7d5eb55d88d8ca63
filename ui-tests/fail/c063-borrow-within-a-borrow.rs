//! Only a reference at the outermost place becomes owned.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn total(words: &[&str]) -> usize {
    words.len()
}

fn main() {
    total(&["a"]);
}
