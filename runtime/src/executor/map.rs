//! A function over many inputs: results in the order of the inputs, with a bounded look-ahead.

use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;
use std::time::{Duration, Instant};
use std::vec;

use super::feed::{Chunk, Feed};
use super::launch::Launch;
use super::unordered::Unordered;
use crate::error::Error;
use crate::future::deadline_after;
use crate::label::Label;

/// The iterator of [`ThreadPool::map`](crate::ThreadPool::map).
///
/// # Order
///
/// Results come in the order of the inputs, an error in its place, and the iteration goes on after it. Use
/// [`unordered`](Self::unordered) for results as they come.
///
/// # Look-ahead
///
/// At most [`buffersize`](Self::buffersize) inputs are pulled ahead of the results taken. The input is pulled on the
/// thread that uses the map, one after the other, never again after its `None`; it need not be `Send`, and may be
/// infinite. Work starts with the first result asked for, or at the call of `buffersize` or `unordered`; options stand
/// before these two.
///
/// # Blocking
///
/// `next` blocks until the next result is there. Inside a task it runs what nobody has started.
///
/// # Drop
///
/// Dropping the map cancels what has not started.
#[must_use = "a map that is not iterated over gives no results, and cancels its tasks when dropped"]
pub struct Map<'p, I: Iterator, T: 'static> {
    feed: Feed<'p, I, T>,
    running: Running<T>,
    /// What is left of the chunk before those that are running.
    ready: vec::IntoIter<Result<T, Error>>,
    deadline: Option<Instant>,
    /// Whether the deadline ended the iteration.
    is_over: bool,
}

/// The chunks on their way, in the order of their inputs; cancelled when dropped.
struct Running<T: 'static>(VecDeque<Chunk<T>>);

impl<T: 'static> Drop for Running<T> {
    fn drop(&mut self) {
        // Last first: cancelled front to back, those behind could start while those in front are being cancelled.
        for chunk in self.0.iter().rev() {
            chunk.future.cancel();
        }
    }
}

impl<'p, I: Iterator, T: Send + 'static> Map<'p, I, T> {
    /// The map of `work` over `input`, run by `executor`, which the map may borrow for as long as it lives.
    pub(crate) fn new<L, F>(executor: L, label: Label, work: F, input: I) -> Self
    where
        L: Launch + 'p,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        I::Item: Send + 'static,
    {
        Self::over(Feed::new(executor, label, work, input))
    }

    /// The map of what `feed` brings.
    pub(crate) fn over(feed: Feed<'p, I, T>) -> Self {
        Self { feed, running: Running(VecDeque::new()), ready: Vec::new().into_iter(), deadline: None, is_over: false }
    }

    /// How many consecutive inputs are handed over together. The default is 1 with threads; with processes as many as take
    /// about 10 milliseconds, found out from 1 on, but so few that every worker has something to do to the end.
    ///
    /// Larger chunks cost less per input, and are right for short work. An error takes only its own place: the other
    /// results of the chunk arrive.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn chunksize(mut self, n: usize) -> Self {
        self.feed.set_chunk_size(n);
        self
    }

    /// How many inputs may be pulled ahead of the results taken; and pulls and starts as many now.
    ///
    /// Counted in whole chunks, which are made smaller where `n` is less than one. The default is four chunks for each
    /// worker; with processes more while chunks take less than half a millisecond (at most 64 for each worker). What was started runs to its end when the pool is shut down, whether or not its results are taken.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    ///
    /// # Example: an input without end
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(2)?;
    /// let squares = pool.map(|n| n * n, 1u64..).buffersize(8);
    /// let total: u64 = squares.take(3).sum::<Result<u64, _>>()?;
    /// assert_eq!(total, 1 + 4 + 9);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn buffersize(mut self, n: usize) -> Self {
        self.feed.set_buffer_size(n);
        if self.feed.runs_ahead() {
            self.refill();
        }
        self
    }

    /// With the sizes that were given.
    #[track_caller]
    pub(crate) fn tuned(mut self, chunk_size: Option<usize>, buffer_size: Option<usize>) -> Self {
        if let Some(n) = chunk_size {
            self = self.chunksize(n);
        }
        if let Some(n) = buffer_size {
            self = self.buffersize(n);
        }
        self
    }

    /// Ends the iteration `limit` from now, with one error that [is a time-out](Error::is_timeout).
    ///
    /// Results that are there by then still come first. What has not started is cancelled.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let busy = pool.spawn(move || gate.recv().is_ok());
    /// let mut map = pool.map(|n| n, 0..3).timeout(Duration::ZERO);
    /// assert!(map.next().unwrap().unwrap_err().is_timeout());
    /// assert!(map.next().is_none());
    /// drop(open);
    /// # busy.wait();
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.deadline = deadline_after(limit);
        self
    }

    /// Gives results as they come, each with the index of its input.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(2)?;
    /// for (i, square) in pool.map(|n| n * n, 0..4u64).unordered() {
    ///     assert_eq!(square?, (i * i) as u64);
    /// }
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn unordered(mut self) -> Unordered<'p, I, T> {
        let running = std::mem::take(&mut self.running.0);
        Unordered::new(self.feed, running, self.ready, self.deadline)
    }

    /// The same for a loop: what it does with a result counts among the `buffersize` iterations that are under way.
    pub(crate) fn for_loop(mut self) -> Self {
        self.feed.take_late();
        self
    }

    fn refill(&mut self) {
        while let Some(chunk) = self.feed.start_chunk() {
            self.running.0.push_back(chunk);
        }
    }

    /// Waits for the chunk at the front. `None` if there is none.
    ///
    /// # Errors
    ///
    /// The deadline came first.
    fn next_chunk(&mut self) -> Option<Result<Vec<Result<T, Error>>, Error>> {
        let Chunk { first, len, future } = self.running.0.pop_front()?;
        let asked = Instant::now();
        match future.result_by(self.deadline) {
            Ok(results) => {
                self.feed.note_pace(len, asked, Instant::now());
                Some(Ok(Chunk::spread(results, len)))
            }
            Err(future) => {
                self.running.0.push_front(Chunk { first, len, future });
                Some(Err(self.give_up()))
            }
        }
    }

    fn give_up(&mut self) -> Error {
        self.is_over = true;
        self.running = Running(VecDeque::new());
        Error::timeout(format!("{} started inputs of a map unfinished", self.feed.n_ahead()))
    }
}

/// After the time-out, `None` for ever.
impl<I: Iterator, T: Send + 'static> Iterator for Map<'_, I, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.feed.note_asked() {
            self.refill();
        }
        if self.ready.len() == 0 {
            if self.is_over {
                return None;
            }
            self.refill();
            match self.next_chunk()? {
                Ok(results) => self.ready = results.into_iter(),
                Err(timeout) => return Some(Err(timeout)),
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

impl<I: Iterator, T: Send + 'static> FusedIterator for Map<'_, I, T> {}

impl<I: Iterator, T: 'static> fmt::Debug for Map<'_, I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Map({} chunks running)", self.running.0.len())
    }
}
