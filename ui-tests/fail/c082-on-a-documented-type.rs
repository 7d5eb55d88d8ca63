//! The caret is on the keyword.

use concurrent_futures::concurrent;

/// Squares.
#[concurrent]
#[derive(Debug)]
pub struct Squares(pub u64);

fn main() {
    Squares(3);
}
