//! A loop is needed, and so a body.

use concurrent_futures::concurrent;

trait Squares {
    #[concurrent]
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
