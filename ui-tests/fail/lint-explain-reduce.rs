//! What `explain` says of reductions.

#![deny(deprecated)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

fn larger(a: u64, b: u64) -> u64 {
    a.max(b)
}

#[concurrent(explain, reduce(+: sum, ^: bits, &&: all, larger: best))]
fn folded(numbers: &[u64]) -> (u64, u64, bool, u64, Vec<u64>) {
    let (mut sum, mut bits, mut all, mut best) = (0, 0, true, 0);
    let mut out = Vec::new();
    for n in numbers {
        let value = work(*n);
        if value % 2 == 0 {
            sum += value;
            out.push(work(value));
        } else {
            sum = sum + value + 1;
        }
        for i in 0..value % 3 {
            bits ^= work(i);
            all = all && work(i) < 7;
            best = larger(best, i);
        }
    }
    (sum, bits, all, best, out)
}

#[concurrent(explain, reduce(+: total, +: all, *: product))]
fn partly(numbers: &[u64]) -> (u64, u64, u64) {
    let (mut total, mut all, mut product) = (0, 0, 1);
    let mut next = 0;
    for n in numbers {
        let value = work(*n);
        next += 1;
        let number = next;
        total += number * value;
        all += value;
        product *= value;
    }
    (total, all, product)
}

fn main() {
    folded(&[1]);
    partly(&[1]);
}
