//! Printing is done in order.

use concurrent_futures::concurrent;

#[concurrent]
fn greet(names: &[&str]) {
    for name in names {
        println!("hello {name}");
    }
}

fn main() {
    greet(&["you"]);
}
