//! A String takes a borrowed text on its right side, but a partial result is a String.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(reduce(+: text))]
fn all(n: u64) -> String {
    let mut text = String::new();
    for i in 0..n {
        text += &work(i).to_string();
    }
    text
}

fn main() {
    all(3);
}
