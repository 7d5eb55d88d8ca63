//! `?` leaves a loop too.

use concurrent_futures::concurrent;

#[concurrent]
fn parse(words: &mut std::vec::IntoIter<String>) -> Result<Vec<u64>, std::num::ParseIntError> {
    let mut out = Vec::new();
    for word in words {
        let n: u64 = word.parse()?;
        out.push(n);
    }
    Ok(out)
}

fn main() {
    let _ = parse(&mut vec![String::new()].into_iter());
}
