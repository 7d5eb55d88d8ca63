//! A macro with the path of `anyhow`'s which returns something else than an error.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

mod anyhow {
    macro_rules! ensure {
        ($condition:expr) => {
            if !$condition {
                return Ok(Default::default());
            }
        };
    }
    pub(crate) use ensure;
}

#[concurrent]
fn squares(n: u64) -> Result<Vec<u64>, String> {
    let mut out = Vec::new();
    for i in 0..n {
        let square = work(i);
        anyhow::ensure!(square < 100);
        out.push(square);
    }
    Ok(out)
}

fn main() {
    squares(3).ok();
}
