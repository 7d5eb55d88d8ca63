//! The long runs of answers: in a file that this worker writes and its pool reads.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use crate::os::clock::monotonic_nanos;
use crate::os::memory_file::MemoryFile;
use crate::wire::extents::Extents;
use crate::wire::message::RunWriter;

/// While the pool has still to read so many bytes, answers go through the socket, where the worker waits for it.
const UNREAD: u64 = 64 * 1024 * 1024;

/// How long memory is kept for the next answer.
const KEPT_TIME: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct AnswerRuns {
    file: MemoryFile,
    extents: Extents,
    /// The runs of the answer that is being made.
    current: Vec<Range<u64>>,
    /// Those of earlier ones, each with the byte of the worker's answers where its own ends: read once the pool is done
    /// with that.
    given: VecDeque<(u64, Range<u64>)>,
    /// Whether there is room for the answer that is being made.
    is_open: bool,
    last_used: u64,
}

impl AnswerRuns {
    pub(super) fn new(file: MemoryFile) -> Self {
        Self {
            file,
            extents: Extents::default(),
            current: Vec::new(),
            given: VecDeque::new(),
            is_open: true,
            last_used: 0,
        }
    }

    /// An answer begins. The pool is done with all before byte number `settled` of them.
    pub(super) fn begin(&mut self, settled: u64) {
        self.reclaim(settled);
        self.is_open = self.extents.in_use() <= UNREAD;
    }

    /// The answer has been given, and ends at byte number `position` of them.
    pub(super) fn end(&mut self, position: u64) {
        if !self.current.is_empty() {
            self.last_used = monotonic_nanos();
            self.given.extend(self.current.drain(..).map(|part| (position, part)));
        }
    }

    /// Whether there is memory that can be given back some time.
    pub(super) fn is_kept(&self) -> bool {
        self.extents.is_kept() || !self.given.is_empty()
    }

    /// Gives back the memory that has not been used for long, at the time `now`.
    pub(super) fn give_back_old(&mut self, now: u64, settled: u64) {
        if self.is_kept() && Duration::from_nanos(now.saturating_sub(self.last_used)) >= KEPT_TIME {
            self.reclaim(settled);
            self.extents.spare().into_iter().for_each(|part| self.file.discard(part));
        }
    }

    fn reclaim(&mut self, settled: u64) {
        while let Some((_, part)) = self.given.pop_front_if(|(position, _)| *position <= settled) {
            self.extents.give_back(part);
        }
    }
}

impl RunWriter for AnswerRuns {
    fn write(&mut self, run: &[u8]) -> Option<u64> {
        if !self.is_open {
            return None;
        }
        let (part, place) = self.extents.take_for(run);
        let written = self.file.write(place, run);
        self.current.push(part);
        if written.is_err() {
            self.truncate(self.current.len() - 1);
        }
        written.is_ok().then_some(place)
    }

    fn truncate(&mut self, n_runs: usize) {
        self.current.drain(n_runs..).for_each(|part| self.extents.give_back(part));
    }
}
