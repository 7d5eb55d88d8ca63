//! Nobody knows whether a method changes what it is called on.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct Table(Vec<u64>);

impl Table {
    fn lookup(&self, i: u64) -> u64 {
        self.0[i as usize]
    }
}

#[concurrent(explain)]
fn all(n: u64) -> Vec<u64> {
    let mut table = Table(Vec::new());
    table.0.push(work(n));
    let mut out = Vec::new();
    for i in 0..n {
        let square = work(i);
        out.push(square + table.lookup(i));
    }
    out
}

fn main() {
    all(1);
}
