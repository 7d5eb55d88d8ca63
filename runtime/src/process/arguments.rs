//! The long runs of arguments: in one file for all workers of a pool, which read it and cannot write to it. So an argument is
//! written once, before it is known who gets it, and is still there if that worker dies.

use crate::os::run_file::{Part, RunFile};
use crate::sync::Arc;
use crate::wire::message::RunWriter;

/// The long runs of the arguments of a batch. They are there until it is dropped, which is when no worker reads them any more.
pub(crate) struct ArgumentRuns {
    /// `None`: all goes through the sockets.
    file: Option<Arc<RunFile>>,
    parts: Vec<Part>,
}

impl ArgumentRuns {
    pub(super) fn new(file: Option<&Arc<RunFile>>) -> Self {
        Self { file: file.cloned(), parts: Vec::new() }
    }
}

impl RunWriter for ArgumentRuns {
    fn write(&mut self, run: &[u8]) -> Option<u64> {
        let (part, place) = self.file.as_ref()?.write(run)?;
        self.parts.push(part);
        Some(place)
    }

    fn truncate(&mut self, n_runs: usize) {
        if let Some(file) = self.file.as_ref().filter(|_| n_runs < self.parts.len()) {
            file.give_back(self.parts.drain(n_runs..));
        }
    }
}

impl Drop for ArgumentRuns {
    fn drop(&mut self) {
        self.truncate(0);
    }
}
