//! A generic error says nothing of threads.

use concurrent_futures::concurrent;

#[concurrent]
fn numbers<E>(words: &[&str], parse: impl Fn(&str) -> Result<u64, E> + Sync) -> Result<Vec<u64>, E> {
    let mut out = Vec::new();
    for word in words {
        out.push(parse(word)?);
    }
    Ok(out)
}

fn main() {
    numbers(&["1"], |word| word.parse::<u64>()).ok();
}
