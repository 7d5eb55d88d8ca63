//! A value that borrows from what the parallel part made, where nothing but rustc knows that it does.

use concurrent_futures::concurrent;

fn read(n: u64) -> String {
    n.to_string()
}

fn first_word(line: &str) -> Option<&str> {
    line.split(' ').next()
}

#[concurrent]
fn show(n: u64) {
    for i in 0..n {
        let line = read(i);
        if let Some(word) = first_word(&line) {
            println!("{word}");
        }
    }
}

fn main() {
    show(3);
}
