//! A type cannot be declared in an `impl` block.

use concurrent_futures::concurrent;

struct Square;

impl Square {
    #[concurrent(task)]
    fn area(n: u64) -> u64 {
        n * n
    }
}

fn main() {
    Square::area(3);
}
