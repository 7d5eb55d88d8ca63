//! What a `return` in the parallel part returns has to be sent.

use concurrent_futures::concurrent;

struct Bad(*const u8);

fn parse(word: &str) -> Result<u64, Bad> {
    word.parse().map_err(|_| Bad(word.as_ptr()))
}

#[concurrent]
fn all(words: &[&str]) -> Result<Vec<u64>, Bad> {
    let mut out = Vec::new();
    for word in words {
        let n = parse(word)?;
        out.push(n);
    }
    Ok(out)
}

fn main() {
    let _ = all(&["3"]).map_err(|bad| bad.0);
}
