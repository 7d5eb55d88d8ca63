//! A named lifetime is a borrow too.

use concurrent_futures::concurrent;

#[concurrent(task)]
fn total<'a>(words: std::str::Chars<'a>) -> usize {
    words.count()
}

fn main() {
    total("a".chars());
}
