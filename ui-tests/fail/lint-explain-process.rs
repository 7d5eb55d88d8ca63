//! What `explain` says of a loop in worker processes.

#![deny(deprecated)]

use concurrent_futures::concurrent;

static LIMIT: u64 = 7;

fn work(n: u64) -> u64 {
    n * n
}

struct Sums {
    total: u64,
}

impl Sums {
    #[concurrent(explain, mode = "process", workers = 2)]
    fn add(&mut self, words: &[String], scale: u64, names: &str) -> u64 {
        let offset = 3_u64;
        let table = vec![1, 2];
        for (i, word) in words.iter().enumerate() {
            let square: u64 = work(word.len() as u64 * scale + LIMIT);
            let text = format!("{square} of {names}");
            let second = table[i % 2] + work(offset);
            if square > 100 {
                break;
            }
            self.total += square + work(second);
            println!("{text} for {word}");
        }
        self.total
    }
}

fn main() {
    Sums { total: 0 }.add(&[], 2, "");
}
