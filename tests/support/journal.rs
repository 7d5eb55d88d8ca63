//! Something to push to that is no vector.

use std::sync::{Mutex, PoisonError};

/// Lines in the order in which they were pushed.
#[derive(Debug, Default)]
pub struct Journal {
    lines: Mutex<Vec<String>>,
}

impl Journal {
    /// Adds one.
    pub fn push(&self, line: impl Into<String>) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.into());
    }

    /// All of them.
    pub fn into_lines(self) -> Vec<String> {
        self.lines.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
