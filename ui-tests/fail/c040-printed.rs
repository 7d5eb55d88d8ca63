//! What is printed is printed in order.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(explain)]
fn show(n: u64) {
    for i in 0..n {
        println!("{i}: {}", work(i));
    }
}

fn main() {
    show(3);
}
