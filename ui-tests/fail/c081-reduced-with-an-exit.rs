//! The operand of && may leave the loop, where the plain loop does not come.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

fn check(n: u64) -> Result<bool, String> {
    Ok(work(n) % 2 == 0)
}

#[concurrent(reduce(&&: fine))]
fn all(n: u64) -> Result<bool, String> {
    let mut fine = true;
    for i in 0..n {
        fine = fine && check(i)?;
    }
    Ok(fine)
}

fn main() {
    all(3).ok();
}
