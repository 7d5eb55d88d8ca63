//! What is borrowed has no owned form if its type is not known.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn shown(value: &impl std::fmt::Display) -> String {
    value.to_string()
}

fn main() {
    shown(&3);
}
