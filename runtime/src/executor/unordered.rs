//! A function over many inputs: results as they come, each with the index of its input.

use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;
use std::time::Instant;
use std::vec;

use super::feed::{Chunk, ChunkResults, Feed};
use crate::error::Error;
use crate::future::{CompletionQueue, Next};

/// The iterator of [`Map::unordered`](crate::Map::unordered).
///
/// Like [`Map`](crate::Map) in everything but the order. Within a chunk, results come in the order of the inputs.
#[must_use = "a map that is not iterated over gives no results, and cancels its tasks when dropped"]
pub struct Unordered<'p, I: Iterator, T: 'static> {
    feed: Feed<'p, I, T>,
    /// The chunks on their way, each with the index of its first input and its length.
    running: CompletionQueue<(usize, usize), ChunkResults<T>>,
    /// What is left of the last chunk that ended.
    ready: Ready<T>,
    deadline: Option<Instant>,
    is_over: bool,
}

/// The results of a chunk from index `next` on.
struct Ready<T> {
    next: usize,
    results: vec::IntoIter<Result<T, Error>>,
}

impl<T> Iterator for Ready<T> {
    type Item = (usize, Result<T, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        let result = self.results.next()?;
        let index = self.next;
        self.next += 1;
        Some((index, result))
    }
}

impl<'p, I: Iterator, T: Send + 'static> Unordered<'p, I, T> {
    /// Goes on where an ordered map stands, and starts what there is room for.
    pub(super) fn new(
        feed: Feed<'p, I, T>,
        running: VecDeque<Chunk<T>>,
        ready: vec::IntoIter<Result<T, Error>>,
        deadline: Option<Instant>,
    ) -> Self {
        let ready = Ready { next: feed.n_handed_out(), results: ready };
        let mut unordered = Self { feed, running: CompletionQueue::new(), ready, deadline, is_over: false };
        for chunk in running {
            unordered.watch(chunk);
        }
        if unordered.feed.runs_ahead() {
            unordered.refill();
        }
        unordered
    }

    fn refill(&mut self) {
        while let Some(chunk) = self.feed.start_chunk() {
            self.watch(chunk);
        }
    }

    fn give_up(&mut self) -> (usize, Result<T, Error>) {
        self.is_over = true;
        self.running.cancel_pending();
        let index = self.running.first_key().map_or(0, |&(first, _)| first);
        (index, Err(Error::timeout(format!("{} started inputs of a map unfinished", self.feed.n_ahead()))))
    }

    fn watch(&mut self, Chunk { first, len, future }: Chunk<T>) {
        self.running.add((first, len), future);
    }
}

/// At the time-out, one error under the lowest index whose result is missing; then `None` for ever.
impl<I: Iterator, T: Send + 'static> Iterator for Unordered<'_, I, T> {
    type Item = (usize, Result<T, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.feed.note_asked() {
            self.refill();
        }
        if self.ready.results.len() == 0 {
            if self.is_over {
                return None;
            }
            self.refill();
            let asked = Instant::now();
            match self.running.next(self.deadline) {
                Next::Ended((first, len), results) => {
                    self.feed.note_pace(len, asked, Instant::now());
                    self.ready = Ready { next: first, results: Chunk::spread(results, len).into_iter() };
                }
                Next::Empty => return None,
                Next::TimedOut => return Some(self.give_up()),
            }
        }
        let result = self.ready.next();
        // Before the result is looked at, so that the workers have something to do meanwhile.
        if self.feed.note_handed_out() {
            self.refill();
        }
        result
    }
}

impl<I: Iterator, T: Send + 'static> FusedIterator for Unordered<'_, I, T> {}

impl<I: Iterator, T: 'static> Drop for Unordered<'_, I, T> {
    fn drop(&mut self) {
        self.running.cancel_pending();
    }
}

impl<I: Iterator, T: 'static> fmt::Debug for Unordered<'_, I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unordered({} chunks running)", self.running.len())
    }
}
