//! What a lock hands out is not carried.

use concurrent_futures::concurrent;
use std::sync::Mutex;

#[concurrent]
fn all_of_length(lists: &[Mutex<Vec<u64>>], list: &Mutex<Vec<u64>>) -> bool {
    let mut all = true;
    for n in 0..lists.len() {
        all &= list.lock().unwrap().len() == n;
    }
    all
}

fn main() {
    all_of_length(&[], &Mutex::new(Vec::new()));
}
