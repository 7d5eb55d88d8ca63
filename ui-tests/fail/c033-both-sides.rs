//! Once on the left, once on the right.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

fn join(a: String, b: String) -> String {
    a + &b
}

#[concurrent(reduce(join: text))]
fn all(n: u64) -> String {
    let mut text = String::new();
    for i in 0..n {
        text = join(text, work(i).to_string());
        text = join(i.to_string(), text);
    }
    text
}

fn main() {
    all(3);
}
