//! The attribute is for functions.

use concurrent_futures::concurrent;

#[concurrent]
struct Squares(u64);

fn main() {
    Squares(3);
}
