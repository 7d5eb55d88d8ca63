//! A misspelt name in `shared` would say nothing about the variable that is meant.

use concurrent_futures::concurrent;

struct Table(Vec<u64>);

impl Table {
    fn lookup(&self, n: usize) -> u64 {
        self.0[n]
    }
}

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(shared(tabel))]
fn of_the_function(mut table: Table) -> Vec<u64> {
    table.0.sort();
    let mut out = Vec::new();
    for i in 0..3 {
        let square = work(3);
        out.push(square + table.lookup(i));
    }
    out
}

#[concurrent]
fn of_a_mark(mut table: Table) -> Vec<u64> {
    table.0.sort();
    let mut out = Vec::new();
    #[concurrent(shared(table, tabel))]
    for i in 0..3 {
        out.push(work(table.lookup(i)));
    }
    out
}

fn main() {
    of_the_function(Table(vec![1, 2, 3]));
    of_a_mark(Table(vec![1, 2, 3]));
}
