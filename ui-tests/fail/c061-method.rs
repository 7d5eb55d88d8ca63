//! A method borrows its `self`.

use concurrent_futures::concurrent;

struct Square(u64);

impl Square {
    #[concurrent(task)]
    fn area(&self) -> u64 {
        self.0 * self.0
    }
}

fn main() {
    Square(3).area();
}
