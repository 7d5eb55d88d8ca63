//! A method of `&mut self` may change it, though it only reads.

use concurrent_futures::concurrent;

struct Bodies {
    masses: Vec<u64>,
    log: Vec<String>,
}

impl Bodies {
    fn force(&self, mass: u64) -> u64 {
        self.masses.iter().map(|other| other * mass).sum()
    }

    #[concurrent]
    fn step(&mut self) {
        for i in 0..self.masses.len() {
            let force = self.force(self.masses[i]);
            self.log.push(format!("{force}"));
        }
    }
}

fn main() {
    Bodies { masses: vec![1], log: vec![] }.step();
}
