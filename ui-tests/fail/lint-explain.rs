//! What `explain` says is a warning, made an error here to be seen.

#![deny(deprecated)]
#![allow(unused_mut)]

use concurrent_futures::concurrent;
use std::sync::Mutex;
use std::time::Instant;

fn work(n: u64) -> u64 {
    n * n
}

fn parse(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| text.to_owned())
}

struct Summary {
    scale: u64,
    total: u64,
    bad: Vec<String>,
}

impl Summary {
    #[concurrent(explain)]
    fn of(&mut self, lines: &[String], log: &Mutex<Vec<u64>>) -> Result<u64, String> {
        let mut n_lines = 0;
        let mut state = work(1);
        let mut last = 0;
        let mut bins = [0; 4];
        for line in lines {
            n_lines += 1;
            let begun = Instant::now();
            let number = match parse(line) {
                Ok(number) => number,
                Err(text) => {
                    self.bad.push(text);
                    continue;
                }
            };
            #[concurrent(parallel)]
            log.lock().unwrap().push(number);
            if number > 10 {
                self.total += work(number * self.scale);
                println!("line {n_lines}: {number}");
            }
            for digit in 0..number {
                bins[(digit % 4) as usize] += work(digit);
            }
            if state.is_power_of_two() {
                return Err(format!("{number} in {:?}", begun.elapsed()));
            }
            last = parse(&line[1..])?;
        }
        Ok(last + n_lines + bins[0])
    }
}

#[concurrent(explain, mode = "sequential")]
fn plainly(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
    }
    total
}

fn main() {
    plainly(3);
    let mut summary = Summary { scale: 2, total: 0, bad: Vec::new() };
    summary.of(&[], &Mutex::new(Vec::new())).unwrap();
}
