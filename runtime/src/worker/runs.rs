//! The long runs of answers: in a file that this worker writes and its pool reads.

use std::collections::VecDeque;

use crate::os::run_file::{Part, RunFile};
use crate::wire::message::RunWriter;

/// While the pool has still to read so many bytes, answers go through the socket, where the worker waits for it.
const UNREAD: u64 = 64 * 1024 * 1024;

/// See the module.
pub(super) struct AnswerRuns {
    pub(super) file: RunFile,
    /// Those of the answer that is being made.
    current: Vec<Part>,
    /// Those of earlier ones, each with the byte of the worker's answers where its own ends.
    given: VecDeque<(u64, Part)>,
    /// Whether there is room for the answer that is being made.
    is_open: bool,
}

impl AnswerRuns {
    pub(super) fn new(file: RunFile) -> Self {
        Self { file, current: Vec::new(), given: VecDeque::new(), is_open: true }
    }

    /// Takes back what the pool has read: it is done with all before byte number `settled` of the answers.
    pub(super) fn reclaim(&mut self, settled: u64) {
        while let Some((_, part)) = self.given.pop_front_if(|(end, _)| *end <= settled) {
            self.file.give_back([part]);
        }
    }

    /// An answer begins.
    pub(super) fn begin(&mut self) {
        self.is_open = self.file.in_use() <= UNREAD;
    }

    /// The answer has been given, and ends at byte number `end` of them.
    pub(super) fn end(&mut self, end: u64) {
        self.given.extend(self.current.drain(..).map(|part| (end, part)));
    }

    /// Whether there is memory that can be given back some time.
    pub(super) fn is_kept(&self) -> bool {
        self.file.is_kept() || !self.given.is_empty()
    }
}

impl RunWriter for AnswerRuns {
    fn write(&mut self, run: &[u8]) -> Option<u64> {
        if !self.is_open {
            return None;
        }
        let (part, place) = self.file.write(run)?;
        self.current.push(part);
        Some(place)
    }

    fn truncate(&mut self, n_runs: usize) {
        self.file.give_back(self.current.drain(n_runs..));
    }
}
