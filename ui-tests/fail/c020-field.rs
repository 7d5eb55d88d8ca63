//! Fields are told apart.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct State {
    seed: u64,
    out: Vec<u64>,
}

impl State {
    #[concurrent]
    fn fill(&mut self, n: u64) {
        for _ in 0..n {
            let next = work(self.seed);
            self.seed = next;
            self.out.push(next);
        }
    }
}

fn main() {
    State { seed: 3, out: Vec::new() }.fill(3);
}
