//! The runtime under another name: `crate = …`, as a path or in quotes.

mod facade {
    pub mod parallel {
        pub use concurrent_futures::*;
    }
}

use facade::parallel::concurrent as par;

fn work(n: u64) -> u64 {
    n * n
}

#[par(crate = crate::facade::parallel, workers = 3)]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    out
}

#[par(crate = "crate::facade::parallel", workers = 3)]
fn sum(words: &[&str]) -> Option<u64> {
    let mut sum = 0;
    for word in words {
        sum += word.parse::<u64>().ok()?;
    }
    Some(sum)
}

#[par(task, crate = "facade::parallel")]
fn square(n: u64) -> u64 {
    work(n)
}

fn main() {
    assert_eq!(squares(3), [0, 1, 4]);
    assert_eq!(sum(&["1", "2"]), Some(3));
    assert_eq!(square::submit(3).result().unwrap(), 9);
}
