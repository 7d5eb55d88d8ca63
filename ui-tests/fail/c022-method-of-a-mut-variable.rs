//! A method of a `mut` variable may change it.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = work(self.0);
        self.0
    }
}

#[concurrent]
fn rolls(n: u64) -> Vec<u64> {
    let mut dice = Dice(3);
    let mut out = Vec::new();
    for _ in 0..n {
        let roll = dice.roll();
        out.push(work(dice.roll()) + roll);
    }
    out
}

fn main() {
    rolls(3);
}
