//! What is left in a vector is to be found there.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn small(numbers: &mut Vec<u64>) -> Vec<u64> {
    let mut out = Vec::new();
    for n in numbers.extract_if(.., |n| *n % 2 == 0) {
        let square = work(n);
        if square > 10 {
            break;
        }
        out.push(square);
    }
    out
}

#[concurrent]
fn of_any<T: Sync + Send>(all: &mut Vec<T>, is_good: impl Fn(&T) -> bool + Sync) -> Option<usize> {
    let mut n = 0;
    for one in all.extract_if(.., |_| true).filter(|_| true) {
        let good = is_good(&one);
        n += 1;
        if !good {
            return None;
        }
    }
    Some(n)
}

fn main() {
    small(&mut vec![3]);
    of_any(&mut vec![3], |_| true);
}
