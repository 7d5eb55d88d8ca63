//! What is borrowed from an item cannot leave it behind.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn summed(items: Vec<(String, u64)>) -> (u64, usize) {
    let mut sum = 0;
    let mut longest = 0;
    for (ref name, n) in items {
        sum += work(n);
        longest = longest.max(name.len());
    }
    (sum, longest)
}

fn main() {
    summed(vec![(String::new(), 3)]);
}
