//! A result outlives the arguments.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn first(text: &str) -> &str {
    &text[..1]
}

fn main() {
    first("a");
}
