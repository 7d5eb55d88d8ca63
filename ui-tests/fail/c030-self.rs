//! A method shares its `self` with the workers.

use concurrent_futures::concurrent;
use std::cell::Cell;

struct Scale {
    by: Cell<u64>,
}

impl Scale {
    fn scaled(&self, n: u64) -> u64 {
        n * self.by.get()
    }

    #[concurrent]
    fn all(&self, n: u64) -> Vec<u64> {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(self.scaled(i));
        }
        out
    }
}

fn main() {
    Scale { by: Cell::new(3) }.all(3);
}
