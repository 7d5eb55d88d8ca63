//! What `bail!` returns has to travel as what `?` returns has to.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(mode = "process")]
fn all(n: u64) -> anyhow::Result<Vec<u64>> {
    let mut out = Vec::new();
    for i in 0..n {
        let y = work(i);
        anyhow::ensure!(y < 100, "too large: {y}");
        out.push(y);
    }
    Ok(out)
}

fn main() {
    all(3).unwrap();
}
