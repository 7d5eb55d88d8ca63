//! Items behind the exit must stay as they are.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn square_all(numbers: &mut Vec<u64>) {
    for n in numbers {
        let square = work(*n);
        if square > 10 {
            break;
        }
        *n = square;
    }
}

fn main() {
    square_all(&mut vec![3]);
}
