//! A buffer that the work reads, though each iteration clears and fills it, keeps everything in order.

use concurrent_futures::concurrent;

fn digest(text: &str) -> usize {
    text.len()
}

#[concurrent]
fn digests(words: &[&str]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut buffer = String::new();
    for word in words {
        buffer.clear();
        buffer.push_str(word);
        let digest = digest(&buffer);
        out.push(digest);
    }
    out
}

fn main() {
    digests(&["a"]);
}
