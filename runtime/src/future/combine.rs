//! Futures made of futures: with another value, with another task behind it, many as one.

use super::derived::{Step, derive};
use super::handle::Future;
use crate::error::Error;
use crate::label::Label;

impl<T: 'static> Future<T> {
    /// The future of `function` of the value. An error stays as it is.
    ///
    /// `function` runs on the thread that ends the task, or here and now if it has ended; its panic is an error of the new
    /// future. Cancelling the new future cancels this task too.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let length = pool.spawn(|| "seven").map(str::len);
    /// assert_eq!(length.result()?, 5);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn map<U: Send + 'static>(self, function: impl FnOnce(T) -> U + Send + 'static) -> Future<U> {
        map(Label::of_value(&function), self, function)
    }

    /// The future of the task that `function` submits when it gets the value. An error stays as it is.
    ///
    /// `function` runs as that of [`map`](Self::map) does. No thread waits in between.
    ///
    /// # Example
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// let pool = Arc::new(concurrent_futures::ThreadPool::new(1)?);
    /// let same = Arc::clone(&pool);
    /// let future = pool.spawn(|| 3).then(move |n| same.spawn(move || n * n));
    /// assert_eq!(future.result()?, 9);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn then<U: Send + 'static>(self, function: impl FnOnce(T) -> Future<U> + Send + 'static) -> Future<U> {
        let label = Label::of_value(&function);
        let outer = map(label, self, function);
        let sources = vec![outer.runnable()];
        let (mut outer, mut inner) = (Some(outer), None::<Future<U>>);
        derive(label, sources, move || {
            if let Some(task) = still_needed(&outer) {
                return task;
            }
            match outer.take().map(Future::result) {
                Some(Err(error)) => return Step::Ended(Err(error)),
                Some(Ok(future)) => {
                    let task = future.runnable();
                    let is_settled = future.task().is_settled();
                    inner = Some(future);
                    if !is_settled {
                        return Step::NeedsNew(task);
                    }
                }
                None => {}
            }
            still_needed(&inner).unwrap_or_else(|| Step::Ended(result_of(&mut inner)))
        })
    }
}

/// The future of all values, in the order of `futures`; or of the first error in that order.
///
/// It is there when the last future has ended, or the first that failed and all before it: which error it is does not
/// depend on timing. (For the first in time, see [`wait`](crate::wait) and [`as_completed`](crate::as_completed).) The
/// other tasks go on then.
/// Cancelling it cancels them all. Inside a task, waiting for it runs those that nobody has started.
///
/// # Example
///
/// ```
/// use concurrent_futures::{ThreadPool, collect};
///
/// let pool = ThreadPool::new(2)?;
/// let squares = collect((0..4).map(|n| pool.spawn(move || n * n)));
/// assert_eq!(squares.result()?, [0, 1, 4, 9]);
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[track_caller]
pub fn collect<T: Send + 'static>(futures: impl IntoIterator<Item = Future<T>>) -> Future<Vec<T>> {
    let futures: Vec<Future<T>> = futures.into_iter().collect();
    let sources = futures.iter().map(Future::runnable).collect();
    let mut values = Vec::with_capacity(futures.len());
    let mut futures = futures.into_iter();
    let mut next = futures.next();
    derive(Label::new("collect"), sources, move || {
        while next.is_some() {
            if let Some(task) = still_needed(&next) {
                return task;
            }
            match result_of(&mut next) {
                Ok(value) => values.push(value),
                Err(error) => return Step::Ended(Err(error)),
            }
            next = futures.next();
        }
        Step::Ended(Ok(std::mem::take(&mut values)))
    })
}

fn map<T: 'static, U: Send + 'static>(
    label: Label,
    future: Future<T>,
    function: impl FnOnce(T) -> U + Send + 'static,
) -> Future<U> {
    let sources = vec![future.runnable()];
    let (mut future, mut function) = (Some(future), Some(function));
    derive(label, sources, move || {
        still_needed(&future).unwrap_or_else(|| {
            let function = function.take().expect("a script is not run after its end");
            Step::Ended(result_of(&mut future).map(function))
        })
    })
}

/// The step of waiting for `future`, if there is one and it has not settled.
fn still_needed<T: 'static, U>(future: &Option<Future<T>>) -> Option<Step<U>> {
    let future = future.as_ref().filter(|future| !future.task().is_settled())?;
    Some(Step::Needs(future.runnable()))
}

/// The result of a future that has settled.
fn result_of<T: 'static>(future: &mut Option<Future<T>>) -> Result<T, Error> {
    future.take().expect("a script is not run after its end").result()
}
