//! The body may end the process.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn all(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        let square = work(i);
        if square > 1_000_000 {
            eprintln!("{i} is too large");
            std::process::exit(1);
        }
        out.push(square);
    }
    out
}

fn main() {
    all(3);
}
