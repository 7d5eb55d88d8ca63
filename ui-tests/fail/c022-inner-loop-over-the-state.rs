//! Marking the inner loop would not help: all of its work changes what the outer one carries.

use concurrent_futures::concurrent;

#[concurrent]
fn rows(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        for k in 0..i {
            out.push(k);
            out.dedup();
        }
    }
    out
}

fn main() {
    rows(3);
}
