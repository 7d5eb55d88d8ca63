//! The limits of one loop.

use crate::config::Schedule;

/// So many chunks may be started and not yet consumed where their items leave nothing behind each: all others may then be done
/// beside one that takes long.
const MANY_CHUNKS: usize = 1024;

/// The limits of one loop, resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// At most so many iterations at once.
    pub(crate) workers: usize,
    /// At most so many iterations ahead of the in-order part, if the user limited them.
    pub(crate) window: Option<usize>,
    /// The user's chunk size.
    pub(crate) chunk_size: Option<usize>,
    pub(crate) unordered: bool,
    /// Items enter the source by being pulled (and count as ahead from then on), or all are in it.
    pub(crate) pulled: bool,
    /// The order that a test asked for.
    pub(crate) schedule: Option<Schedule>,
    /// What an iteration is expected to take, in picoseconds.
    pub(crate) item_picos: Option<u64>,
    /// After how many iterations the loop is expected to be left, if it may be.
    pub(crate) exit: Option<usize>,
}

impl Limits {
    /// How many chunks may be started and not yet consumed: enough that an uneven chunk stops nobody, and, where the steps of
    /// their items are kept, few enough to bound the memory.
    pub(super) fn max_chunks(&self, keeps_steps: bool) -> usize {
        match self.schedule {
            None if !keeps_steps => MANY_CHUNKS,
            _ => 4 * self.workers + 4,
        }
    }

    /// At most so many iterations ahead of the in-order part.
    pub(super) fn window(&self) -> Option<usize> {
        match self.schedule {
            // One at a time: nothing starts before the in-order part is done with what was started.
            Some(Schedule::One) => self.fixed_chunk_size(),
            _ => self.window,
        }
    }

    /// Whether it matters when a chunk is released that is being gone through.
    pub(super) fn is_window_felt(&self) -> bool {
        self.window.is_some() || self.schedule.is_some()
    }

    /// How many items may have been pulled and not yet started, if chunks have `n`.
    pub(super) fn max_backlog(&self, n: usize) -> usize {
        match self.schedule {
            None => (2 * self.workers).saturating_mul(n),
            Some(_) => self.max_chunks(true).saturating_mul(n),
        }
    }

    /// The size of chunks, if it is fixed.
    pub(super) fn fixed_chunk_size(&self) -> Option<usize> {
        let asked = self.schedule.map(|schedule| schedule.chunk_size().min(self.window.unwrap_or(usize::MAX)));
        self.chunk_size.or(asked)
    }
}
