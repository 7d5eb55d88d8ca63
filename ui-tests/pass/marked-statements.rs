//! Marks on every kind of statement, under strict lints.

#![deny(warnings, clippy::pedantic)]

use concurrent_futures::concurrent;
use std::sync::Mutex;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(workers = 2)]
fn sums(n: u64, log: &Mutex<Vec<u64>>) -> (u64, Vec<u64>) {
    let mut total = 0;
    let mut out = Vec::new();
    for i in 0..n {
        #[concurrent(ordered)]
        let y = work(i);
        #[concurrent(parallel)]
        log.lock().unwrap().push(i);
        #[concurrent(ordered)]
        total += work(i);
        #[concurrent(parallel)]
        println!("{i}");
        let z = work(i + 1);
        if z > 4 {
            #[concurrent(ordered)]
            log.lock().unwrap().push(z);
            out.push(work(z));
        }
        #[concurrent(ordered)]
        for k in 0..2 {
            out.push(work(y + k));
        }
        #[concurrent(ordered)]
        match z {
            0 => out.push(1),
            _ => out.push(work(z)),
        }
    }
    (total, out)
}

fn main() {
    let log = Mutex::new(Vec::new());
    let (total, out) = sums(3, &log);
    assert_eq!(total, 5);
    assert_eq!(out, [0, 1, 1, 1, 4, 16, 81, 16, 25, 81]);
}
