//! A function of an `impl` block that names its type.

use concurrent_futures::concurrent;

struct Square(u64);

impl Square {
    #[concurrent(task)]
    fn of(n: u64) -> Self {
        Square(n * n)
    }
}

fn main() {
    drop(Square::of(3).0);
}
