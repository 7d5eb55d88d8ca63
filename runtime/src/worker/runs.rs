//! The long runs of answers: in a file that this worker writes and its pool reads.

use std::collections::VecDeque;

use crate::os::run_file::{Part, RunFile};
use crate::wire::message::RunWriter;

/// While the pool has still to read so many bytes, answers go through the socket, where the worker waits for it.
const UNREAD: u64 = 64 * 1024 * 1024;

/// See the module.
pub(super) struct AnswerRuns {
    file: RunFile,
    /// Those of the answer that is being made.
    current: Vec<Part>,
    /// Those of earlier ones, each with the byte of the worker's answers where its own ends.
    given: VecDeque<(u64, Part)>,
    /// Whether anything was written since all memory was given back.
    is_used: bool,
}

impl AnswerRuns {
    pub(super) fn new(file: RunFile) -> Self {
        Self { file, current: Vec::new(), given: VecDeque::new(), is_used: false }
    }

    /// Takes back what the pool has read (it is done with all before byte number `settled` of the answers), and gives memory
    /// back that has not been used for long.
    pub(super) fn slim(&mut self, settled: u64) {
        while let Some((_, part)) = self.given.pop_front_if(|(end, _)| *end <= settled) {
            self.file.give_back([part]);
        }
        self.file.slim();
        self.is_used = self.file.is_kept() || !self.given.is_empty();
    }

    /// The answer has been given, and ends at byte number `end` of them.
    #[inline]
    pub(super) fn end(&mut self, end: u64) {
        if self.current.is_empty() {
            return;
        }
        self.given.extend(self.current.drain(..).map(|part| (end, part)));
    }

    /// Whether there may be memory that can be given back some time.
    pub(super) fn is_kept(&self) -> bool {
        self.is_used
    }
}

impl RunWriter for AnswerRuns {
    fn write(&mut self, run: &[u8]) -> Option<u64> {
        // All runs of an answer go the same way.
        if self.current.is_empty() && self.file.in_use() > UNREAD {
            return None;
        }
        self.is_used = true;
        let (part, place) = self.file.write(run)?;
        self.current.push(part);
        Some(place)
    }

    fn truncate(&mut self, n_runs: usize) {
        self.file.give_back(self.current.drain(n_runs..));
    }
}
