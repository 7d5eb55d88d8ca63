//! Values that are counted as long as they live.

use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};

/// Counts how many of its kind there are.
#[derive(Debug)]
pub struct Counted {
    pub value: usize,
    alive: Arc<AtomicIsize>,
}

impl Counted {
    /// One more.
    pub fn new(value: usize, alive: &Arc<AtomicIsize>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self { value, alive: Arc::clone(alive) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, SeqCst);
    }
}
