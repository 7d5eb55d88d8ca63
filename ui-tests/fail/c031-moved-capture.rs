//! A capture is moved by the first iteration.

use concurrent_futures::concurrent;

fn joined(n: u64, text: String) -> String {
    format!("{text}{n}")
}

#[concurrent]
fn all(n: u64, text: String) -> Vec<String> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(joined(i, text));
    }
    out
}

fn main() {
    all(3, String::new());
}
