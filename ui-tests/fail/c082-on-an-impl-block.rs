//! The attribute goes on the methods.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct Squares(u64);

#[concurrent]
impl Squares {
    fn all(&self) -> Vec<u64> {
        let mut out = Vec::new();
        for i in 0..self.0 {
            out.push(work(i));
        }
        out
    }
}

fn main() {
    Squares(3).all();
}
