//! A capture whose type is not to be seen is moved by the first iteration: rustc says so.

use concurrent_futures::concurrent;

struct Name(String);

fn name() -> Name {
    Name(String::new())
}

fn joined(n: u64, name: Name) -> String {
    format!("{}{n}", name.0)
}

#[concurrent]
fn all(n: u64) -> Vec<String> {
    let mut out = Vec::new();
    let name = name();
    for i in 0..n {
        out.push(joined(i, name));
    }
    out
}

fn main() {
    all(3);
}
