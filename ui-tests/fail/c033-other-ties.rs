//! Equal values may still be told apart: which one is kept?

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(max: best))]
fn all(n: u64) -> u64 {
    let mut best = 0;
    for i in 0..n {
        let (y, z) = (work(i), work(i + 1));
        if y > best {
            best = y;
        }
        if z >= best {
            best = z;
        }
    }
    best
}

fn main() {
    all(3);
}
