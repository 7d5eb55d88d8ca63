//! What loops and tasks in worker processes may look like.

#![deny(warnings, clippy::pedantic)]

use concurrent_futures::{Error, ProcessPool, concurrent};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Model {
    factor: u64,
}

impl Model {
    fn apply(&self, n: u64) -> u64 {
        self.factor * n
    }

    #[concurrent(mode = "process", workers = 2, chunksize = 4, buffersize = 16)]
    fn all(&self, n: u64) -> Vec<u64> {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(self.apply(i));
        }
        out
    }
}

#[concurrent(mode = "process", timeout = Duration::from_secs(2), retries = 1, max_tasks_per_child = 100)]
fn with_limits(model: &Model, words: &[&str]) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    for word in words.iter().map(|word| (*word).to_owned()) {
        let text = format!("{word}{}", model.apply(word.len() as u64));
        out.push(text);
    }
    Ok(out)
}

#[concurrent(mode = "process", pool = pool)]
fn on_a_pool<T>(pool: &ProcessPool, items: &[T]) -> Vec<(usize, T)>
where
    T: Clone + Serialize + DeserializeOwned + Send + 'static,
{
    let mut out = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let pair = (i, item.clone());
        out.push(pair);
    }
    out
}

#[concurrent(mode = "process", unordered)]
fn unordered(n: u64) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        sum += Model { factor: 2 }.apply(i);
    }
    sum
}

#[concurrent(task, mode = "process", workers = 2, timeout = Duration::from_secs(2), retries = 1)]
fn task(model: &Model, n: u64) -> u64 {
    model.apply(n)
}

#[concurrent(task, mode = "process", workers = 2)]
fn generic<T: Serialize + DeserializeOwned + Send>(item: T) -> T {
    item
}

fn main() {
    let model = Model { factor: 3 };
    assert_eq!(model.all(3), [0, 3, 6]);
    assert_eq!(with_limits(&model, &["a", "bc"]).unwrap(), ["a3", "bc6"]);
    assert_eq!(on_a_pool(&ProcessPool::new(1).unwrap(), &["x"].map(str::to_owned)), [(0, "x".to_owned())]);
    assert_eq!(unordered(3), 6);
    assert_eq!(task::submit(model.clone(), 2).result().unwrap(), 6);
    assert_eq!(generic::submit(7).result().unwrap(), 7);
}
