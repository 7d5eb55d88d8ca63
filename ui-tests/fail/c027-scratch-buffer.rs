//! A buffer that each iteration clears and fills keeps everything in order.

use concurrent_futures::concurrent;

#[concurrent]
fn lengths(words: &[&str]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut buffer = String::new();
    for word in words {
        buffer.clear();
        buffer.push_str(word);
        out.push(buffer.len());
    }
    out
}

fn main() {
    lengths(&["a"]);
}
