//! Futures handed out in the order in which they end.

use std::fmt;
use std::iter::FusedIterator;
use std::time::{Duration, Instant};

use super::completion_queue::{CompletionQueue, Next};
use super::handle::Future;
use super::waiting::deadline_after;
use crate::error::Error;

/// Gives the results of `futures` as they come, each with the index of its future.
///
/// What has ended by the time that all are given comes first, in the order given. The iterator blocks for the next end;
/// inside a task it runs what nobody has started. It goes on after an error, and a cancelled future is handed out like
/// others. Dropping it does not cancel what is pending.
///
/// # Example
///
/// ```
/// use concurrent_futures::{ThreadPool, as_completed};
///
/// let pool = ThreadPool::new(2)?;
/// let futures = (0..4u64).map(|n| pool.spawn(move || n * n));
/// for (i, square) in as_completed(futures) {
///     assert_eq!(square?, (i * i) as u64);
/// }
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
pub fn as_completed<T: 'static>(futures: impl IntoIterator<Item = Future<T>>) -> AsCompleted<T> {
    AsCompleted { queue: CompletionQueue::of(futures.into_iter().enumerate()) }
}

/// The iterator of [`as_completed`].
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct AsCompleted<T: 'static> {
    queue: CompletionQueue<usize, T>,
}

impl<T: 'static> AsCompleted<T> {
    /// Ends the iteration `limit` from now: with one error that [is a time-out](Error::is_timeout) and says how many
    /// futures were unfinished, if any were.
    ///
    /// What had ended by then is still handed out first. [`AsCompletedTimeout::into_pending`] gives the others back.
    ///
    /// # Example
    ///
    /// ```
    /// use concurrent_futures::{ThreadPool, as_completed};
    /// use std::time::Duration;
    ///
    /// let pool = ThreadPool::new(1)?;
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let blocked = pool.spawn(move || gate.recv().is_ok());
    /// let mut completed = as_completed([blocked]).timeout(Duration::from_millis(1));
    /// let error = completed.next().unwrap().unwrap_err();
    /// assert!(error.to_string().contains("1 of 1 futures unfinished"));
    /// assert_eq!(completed.into_pending().len(), 1);
    /// drop(open);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn timeout(self, limit: Duration) -> AsCompletedTimeout<T> {
        let total = self.queue.len();
        AsCompletedTimeout { queue: self.queue, total, deadline: deadline_after(limit), is_over: false }
    }
}

impl<T: 'static> Iterator for AsCompleted<T> {
    type Item = (usize, Result<T, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        match self.queue.next(None) {
            Next::Ended(i, result) => Some((i, result)),
            Next::Empty | Next::TimedOut => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.queue.len(), Some(self.queue.len()))
    }
}

impl<T: 'static> ExactSizeIterator for AsCompleted<T> {}
impl<T: 'static> FusedIterator for AsCompleted<T> {}

impl<T: 'static> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsCompleted({} left)", self.queue.len())
    }
}

/// The iterator of [`as_completed`] with a [limit](AsCompleted::timeout).
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct AsCompletedTimeout<T: 'static> {
    queue: CompletionQueue<usize, T>,
    total: usize,
    deadline: Option<Instant>,
    is_over: bool,
}

impl<T: 'static> AsCompletedTimeout<T> {
    /// The futures that were not handed out, with their indices, in the order given.
    pub fn into_pending(self) -> Vec<(usize, Future<T>)> {
        self.queue.into_pending().collect()
    }
}

impl<T: 'static> Iterator for AsCompletedTimeout<T> {
    type Item = Result<(usize, Result<T, Error>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        match self.queue.next(self.deadline) {
            Next::Ended(i, result) => Some(Ok((i, result))),
            Next::Empty => None,
            Next::TimedOut => {
                self.is_over = true;
                Some(Err(Error::timeout(format!("{} of {} futures unfinished", self.queue.len(), self.total))))
            }
        }
    }
}

impl<T: 'static> FusedIterator for AsCompletedTimeout<T> {}

impl<T: 'static> fmt::Debug for AsCompletedTimeout<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsCompletedTimeout({} of {} left)", self.queue.len(), self.total)
    }
}
