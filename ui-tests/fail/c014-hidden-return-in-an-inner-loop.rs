//! An exit that a macro hides in a loop within the parallel part.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! or_return {
    ($parsed:expr) => {
        match $parsed {
            Ok(n) => n,
            Err(_) => return None,
        }
    };
}

#[concurrent]
fn sums(lines: &[Vec<&str>]) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    for line in lines {
        let mut sum = 0;
        for word in line {
            sum += work(or_return!(word.parse::<u64>()));
        }
        out.push(sum);
    }
    Some(out)
}

fn main() {
    sums(&[vec!["3"]]);
}
