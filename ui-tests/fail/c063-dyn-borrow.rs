//! A borrowed trait object has no owned form.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn shown(value: &dyn std::fmt::Display) -> String {
    value.to_string()
}

fn main() {
    shown(&3);
}
