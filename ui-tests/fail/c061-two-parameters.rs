//! Each parameter that a task cannot take is reported.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn swapped(a: &mut u64, b: &mut u64) {
    std::mem::swap(a, b);
}

fn main() {
    swapped(&mut 1, &mut 2);
}
