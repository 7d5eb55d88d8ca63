//! A reference becomes owned by `ToOwned`.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn shown(value: &Secret) -> u64 {
    value.0
}

struct Secret(u64);

fn main() {
    shown(&Secret(3));
}
