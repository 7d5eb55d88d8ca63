//! What is left is to be found where it was left.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn small(numbers: &mut impl Iterator<Item = u64>) -> Vec<u64> {
    let mut out = Vec::new();
    for n in numbers.by_ref().take(3) {
        let square = work(n);
        if square > 10 {
            break;
        }
        out.push(square);
    }
    out
}

fn main() {
    small(&mut (0..9));
}
