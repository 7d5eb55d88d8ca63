//! A `?` that a macro hides in the parallel part.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! parsed {
    ($text:expr) => {
        $text.parse::<u64>()?
    };
}

#[concurrent]
fn squares(words: &[&str]) -> Result<Vec<u64>, std::num::ParseIntError> {
    let mut out = Vec::new();
    for word in words {
        let n = parsed!(word);
        out.push(work(n));
    }
    Ok(out)
}

fn main() {
    let _ = squares(&["3"]);
}
