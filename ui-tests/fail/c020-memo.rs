//! Iterations look up what earlier ones computed.

use concurrent_futures::concurrent;
use std::collections::HashMap;

fn compute(key: u64) -> u64 {
    key * 7
}

#[concurrent]
fn looked_up(keys: &[u64]) -> Vec<u64> {
    let mut memo: HashMap<u64, u64> = HashMap::new();
    let mut out = Vec::new();
    for key in keys {
        if let Some(value) = memo.get(key) {
            out.push(*value);
            continue;
        }
        let value = compute(*key);
        memo.insert(*key, value);
        out.push(value);
    }
    out
}

#[concurrent]
fn made_once(keys: &[u64]) -> u64 {
    let mut memo = HashMap::new();
    let mut total = 0;
    for key in keys {
        total += *memo.entry(*key).or_insert_with(|| compute(*key));
    }
    total
}

fn main() {
    looked_up(&[]);
    made_once(&[]);
}
