//! The attribute goes on the methods of an implementation.

use concurrent_futures::concurrent;

#[concurrent]
trait Squares {
    fn all(&self) -> Vec<u64>;
}

impl Squares for u64 {
    fn all(&self) -> Vec<u64> {
        vec![*self]
    }
}

fn main() {
    3.all();
}
