//! Waiting for several futures at once, without taking their results.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::cycle;
use super::ended::Ended;
use super::handle::Future;
use super::state::{Status, Verdict};
use super::subscribers::Subscriber;
use super::waiting::{deadline_after, until_settled};
use crate::sync::Arc;

/// When [`wait`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReturnWhen {
    /// When every future is done.
    AllCompleted,
    /// As soon as one is done. Cancelled is done.
    FirstCompleted,
    /// As soon as one ended with an error other than a cancellation, or every one is done.
    FirstError,
}

/// Waits for several futures: returns the indices of those that are done and of those that are pending.
///
/// Both lists are in the order of `futures`, and together hold each index once. Results are not taken: call
/// [`Future::result`], which does not block for those that are done.
///
/// Blocks until `return_when` holds or `timeout` has passed; that is not an error, look at the lists. `None` waits
/// without a limit. Inside a task, a wait without a limit runs what nobody has started, and a wait that could never
/// end returns at once.
///
/// # Example
///
/// ```
/// use concurrent_futures::{Future, ReturnWhen, ThreadPool, wait};
///
/// let pool = ThreadPool::new(2)?;
/// let futures: Vec<Future<u64>> = (0..4).map(|n| pool.spawn(move || n * n)).collect();
/// let (done, pending) = wait(&futures, ReturnWhen::AllCompleted, None);
/// assert_eq!((done, pending), (vec![0, 1, 2, 3], vec![]));
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
pub fn wait<T: 'static>(
    futures: &[Future<T>],
    return_when: ReturnWhen,
    timeout: Option<Duration>,
) -> (Vec<usize>, Vec<usize>) {
    let deadline = timeout.and_then(deadline_after);
    match return_when {
        ReturnWhen::AllCompleted => wait_for_all(futures, deadline),
        ReturnWhen::FirstCompleted => wait_for_first(futures, deadline, |_| true),
        ReturnWhen::FirstError => wait_for_first(futures, deadline, |verdict| verdict == Verdict::Failure),
    }
    (0..futures.len()).partition(|&i| futures[i].task().is_settled())
}

/// One after the other: the last one to end decides, whatever the order.
fn wait_for_all<T: 'static>(futures: &[Future<T>], deadline: Option<Instant>) {
    for future in futures {
        // A deadlock or the deadline: what has not ended is pending, and the caller is told so.
        if !until_settled(future.task(), deadline).unwrap_or(false) {
            return;
        }
    }
}

fn wait_for_first<T: 'static>(futures: &[Future<T>], deadline: Option<Instant>, is_enough: impl Fn(Verdict) -> bool) {
    let ended = Arc::new(Ended::default());
    let watched = futures.iter().enumerate();
    let mut taken: VecDeque<_> =
        watched.filter(|(i, future)| !future.task().watch(&ended, *i)).map(|(i, _)| i).collect();
    let mut unclaimed = futures.iter();
    let mut has_ended = vec![false; futures.len()];
    let mut left = futures.len();
    while left > 0 {
        if taken.is_empty() {
            ended.take_all(&mut taken);
        }
        if let Some(i) = taken.pop_front() {
            if !futures[i].task().is_settled() {
                // Woken for something else: there may be something new to run.
                unclaimed = futures.iter();
                continue;
            }
            if std::mem::replace(&mut has_ended[i], true) {
                continue;
            }
            left -= 1;
            if matches!(futures[i].status(), Status::Done(verdict) if is_enough(verdict)) {
                break;
            }
        } else if deadline.is_some() || !unclaimed.any(|future| Arc::clone(future.task()).claim()) {
            let targets = || futures.iter().filter(|future| !future.is_done()).map(Future::runnable).collect();
            // A deadlock: what has not ended is pending, and `result` will find the cycle again.
            let Ok(_entry) = cycle::enter(targets, deadline.is_some()) else {
                break;
            };
            // Waker: the end of any of the tasks, as a subscriber.
            if !ended.sleep(deadline) {
                break;
            }
        }
    }
    for (i, future) in futures.iter().enumerate() {
        future.task().remove(&Subscriber::Watch(Arc::clone(&ended), i));
    }
}
