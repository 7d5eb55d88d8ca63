//! The message lists the statements, each with the reason why it is in order.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! note {
    ($($tokens:tt)*) => {};
}

#[concurrent]
fn last(n: u64) -> u64 {
    let mut state = 1;
    for _ in 0..n {
        println!("a line");
        note!(anything);
        state = work(state);
        let made_of_it = state;
        work(made_of_it);
        if made_of_it > 100 {
            break;
        }
        work(7);
    }
    state
}

fn main() {
    last(3);
}
