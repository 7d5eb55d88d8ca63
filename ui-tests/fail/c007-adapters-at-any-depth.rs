//! What others go on reading from, below several adapters, and as the second of two sources.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn small(numbers: &mut impl Iterator<Item = u64>, more: &mut std::vec::IntoIter<u64>) -> Vec<u64> {
    let mut out = Vec::new();
    #[concurrent]
    for n in numbers.filter(|n| n % 2 == 0).skip(1).step_by(2).peekable() {
        let square = work(n);
        if square > 10 {
            break;
        }
        out.push(square);
    }
    #[concurrent]
    for (n, m) in (0..10).zip(more) {
        let square = work(n + m);
        if square > 10 {
            break;
        }
        out.push(square);
    }
    out
}

fn main() {
    small(&mut (0..100), &mut vec![1].into_iter());
}
