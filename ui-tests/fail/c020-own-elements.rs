//! What an iteration reads is only what it wrote itself, which a loop over the elements shows; unless it can be left early.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn squares(values: &mut [u64]) {
    for i in 0..values.len() {
        values[i] = work(values[i]);
    }
}

#[concurrent]
fn small_squares(values: &mut [u64]) {
    for i in 0..values.len() {
        values[i] = work(values[i]);
        if values[i] > 10 {
            break;
        }
    }
}

fn main() {
    squares(&mut [3]);
    small_squares(&mut [3]);
}
