//! What is left in a channel is for others, whatever crate the channel is of.

use concurrent_futures::concurrent;

struct Receiver;

impl IntoIterator for &Receiver {
    type Item = u64;
    type IntoIter = std::ops::Range<u64>;
    fn into_iter(self) -> Self::IntoIter {
        0..9
    }
}

impl Receiver {
    fn try_iter(&self) -> std::ops::Range<u64> {
        0..9
    }
}

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn small(numbers: &Receiver) -> Option<u64> {
    for n in numbers {
        let square = work(n);
        if square > 10 {
            return Some(square);
        }
    }
    None
}

#[concurrent]
fn few(numbers: Receiver) -> Option<u64> {
    for n in numbers.try_iter().skip(1) {
        let square = work(n);
        if square > 10 {
            return Some(square);
        }
    }
    None
}

fn main() {
    small(&Receiver);
    few(Receiver);
}
