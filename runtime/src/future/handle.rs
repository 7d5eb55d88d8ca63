//! The owner's end of a task: wait for it, cancel it, be called when it ends, or await it.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::state::{Status, Verdict};
use super::task_cell::{Handle, Home, Runnable, TaskCell};
use super::waiting::{deadline_after, until_settled};
use crate::error::Error;
use crate::label::Label;
use crate::sync::Arc;

/// The result of a task, now or later.
///
/// A future is made by submitting a task, for example with [`ThreadPool::submit`](crate::ThreadPool::submit).
/// It can be waited for by blocking ([`result`](Self::result)), with a limit ([`wait_timeout`](Self::wait_timeout)),
/// together with others ([`wait`](crate::wait), [`as_completed`](crate::as_completed)), or with `.await` under any
/// async runtime.
///
/// # Drop
///
/// Dropping a future does not cancel its task; the result is then dropped as soon as it is there. To cancel, call
/// [`cancel`](Self::cancel), or have the drop do so with [`cancel_on_drop`](Self::cancel_on_drop).
///
/// # What is to be done with the result
///
/// [`map`](Self::map) and [`then`](Self::then) go on with the value where the task ended; [`collect`](crate::collect)
/// makes one future of many.
///
/// # Waiting inside a task
///
/// A task may submit others and wait for them, also on a full pool: a wait without a limit runs the awaited task
/// itself if nobody has started it. Tasks that wait for each other in a cycle get an error that
/// [is a deadlock](Error::is_deadlock), where the cycle closes.
///
/// # In async code
///
/// Use `.await`: it needs no particular runtime, never blocks and never runs the task itself. [`result`](Self::result) and
/// the other waits block the calling thread, and with it whatever else an async runtime has for that thread to do; where
/// they are needed, call them on a thread made for that, such as tokio's `spawn_blocking`. No warning is given, since
/// nothing that all runtimes share tells that a thread is one of theirs. The other way round, a runtime that is driven inside of a
/// task (`block_on`) parks the pool's worker without telling the pool: put it into [`blocking`](crate::blocking).
///
/// # Example
///
/// ```
/// use concurrent_futures::{Future, ThreadPool};
///
/// let pool = ThreadPool::new(2)?;
/// let square: Future<u64> = pool.spawn(|| 7 * 7);
/// assert_eq!(square.result()?, 49);
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[must_use = "a future that is dropped leaves nobody to see the task's result or error"]
pub struct Future<T: 'static> {
    /// `None` once the result has been taken and there is nothing left to do.
    task: Option<Arc<dyn Handle<T>>>,
}

/// A task that has not started: one half for a queue, one for the owner.
pub(crate) fn new_task<F, T>(label: Label, home: Home, work: F) -> (Arc<dyn Runnable>, Future<T>)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let task = TaskCell::pending(label, home, work);
    (Arc::clone(&task) as Arc<dyn Runnable>, Future { task: Some(task) })
}

/// A future whose task has ended.
pub(crate) fn finished<T: Send + 'static>(label: Label, result: Result<T, Error>) -> Future<T> {
    Future { task: Some(TaskCell::<fn() -> T, T>::done(label, result)) }
}

impl<T: 'static> Future<T> {
    /// The owner's end of `task`.
    pub(super) fn of(task: Arc<dyn Handle<T>>) -> Self {
        Self { task: Some(task) }
    }

    /// Waits for the task to end and gives its value.
    ///
    /// Blocks the calling thread until then; inside a task, see [above](Self#waiting-inside-a-task), and in async code, see
    /// [there](Self#in-async-code).
    ///
    /// # Errors
    ///
    /// The task [panicked](Error::is_panic), [was cancelled](Error::is_cancelled), never ran because its pool
    /// [was shut down](Error::is_shutdown) or [could not start](Error::is_spawn) a worker; or the calling task is one
    /// that this one [waits for](Error::is_deadlock).
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// assert_eq!(pool.submit(str::len, "seven").result()?, 5);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn result(self) -> Result<T, Error> {
        let mut result = self.task().take();
        if result.is_none() {
            until_settled(self.task(), None)?;
            result = self.task().take();
        }
        self.forget();
        result.expect("a settled task whose future exists has its result")
    }

    /// Blocks until the task has ended; [`result`](Self::result) then gives its value without blocking.
    ///
    /// In a cycle of waits it returns at once, and `result` gives the deadlock.
    pub fn wait(&self) {
        // The error is not lost: the cycle is still there when `result` looks for it.
        until_settled(self.task(), None).ok();
    }

    /// Blocks until the task has ended, but no longer than `limit`. Returns whether it has.
    ///
    /// Never runs the task itself. In a cycle of waits it returns false at once.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let blocked = pool.spawn(move || gate.recv());
    /// assert!(!blocked.wait_timeout(Duration::from_millis(1)));
    /// drop(open);
    /// assert!(blocked.wait_timeout(Duration::from_secs(60)));
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn wait_timeout(&self, limit: Duration) -> bool {
        match deadline_after(limit) {
            Some(deadline) => until_settled(self.task(), Some(deadline)).unwrap_or(false),
            // Longer than the clock reaches is without a limit.
            None => until_settled(self.task(), None).unwrap_or(false),
        }
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_done(&self) -> bool {
        matches!(self.task().status(), Status::Done(_))
    }

    /// Whether the task's function is running: true exactly between its start and its end.
    pub fn is_running(&self) -> bool {
        self.task().status() == Status::Running
    }

    /// Whether the task was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.task().status() == Status::Done(Verdict::Cancelled)
    }

    /// Cancels the task unless it has started, and returns whether it is cancelled (now or before).
    ///
    /// A task that has started runs on, but is asked to stop: see [`is_cancelled`](crate::is_cancelled()).
    ///
    /// One atomic step: the task either runs or is cancelled. Waiters wake up, and what the task captured is dropped
    /// on the calling thread, as callbacks run on it. Does not block. What stays in the queue until its turn comes is an
    /// empty shell.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let running = pool.spawn(move || gate.recv());
    /// let queued = pool.spawn(|| unreachable!());
    /// assert!(queued.cancel());
    /// assert!(queued.result().unwrap_err().is_cancelled());
    /// drop(open);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn cancel(&self) -> bool {
        self.task().cancel()
    }

    /// A handle that cancels this task from elsewhere, also while a thread blocks in [`result`](Self::result).
    pub fn canceller(&self) -> Canceller {
        Canceller { task: Arc::clone(self.task()) as Arc<dyn Runnable> }
    }

    /// Runs `callback` with the result: on the thread that ends the task when it ends, or here and now if it has.
    ///
    /// Callbacks run in the order in which they were added, before any waiter gets the result. A panic in one is
    /// reported on standard error and changes nothing else. Does not block, unless the callback does.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let (tell, told) = std::sync::mpsc::channel();
    /// let future = pool.spawn(|| 7);
    /// future.on_done(move |result| tell.send(result.is_ok()).unwrap());
    /// assert!(told.recv().unwrap());
    /// # drop(future);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn on_done(&self, callback: impl FnOnce(&Result<T, Error>) + Send + 'static) {
        self.task().on_done(Box::new(callback));
    }

    /// The task's result, or the future again if `deadline` came first.
    pub(crate) fn result_by(self, deadline: Option<Instant>) -> Result<Result<T, Error>, Self> {
        match until_settled(self.task(), deadline) {
            Ok(true) => Ok(self.result()),
            Ok(false) => Err(self),
            Err(deadlock) => Ok(Err(deadlock)),
        }
    }

    /// Drops a future whose result was taken: there is nothing left to detach from.
    pub(super) fn forget(mut self) {
        self.task = None;
    }

    pub(super) fn task(&self) -> &Arc<dyn Handle<T>> {
        self.task.as_ref().expect("only what consumes the future takes its task")
    }

    pub(super) fn runnable(&self) -> Arc<dyn Runnable> {
        Arc::clone(self.task()) as Arc<dyn Runnable>
    }

    pub(super) fn status(&self) -> Status {
        self.task().status()
    }
}

/// Awaiting never blocks and never runs the task itself. May be dropped half-way; the task then goes on.
///
/// # Panics
///
/// When polled after it was ready, like other futures.
impl<T: 'static> std::future::Future for Future<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.task().subscribe(cx.waker()) {
            return Poll::Pending;
        }
        Poll::Ready(self.task().take().expect("a future is not polled after it was ready"))
    }
}

// A panic cannot leave a future half changed: its state changes in single steps under a lock.
impl<T: 'static> UnwindSafe for Future<T> {}
impl<T: 'static> RefUnwindSafe for Future<T> {}

impl<T: 'static> Drop for Future<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.detach();
        }
    }
}

impl<T: 'static> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = std::any::type_name::<T>();
        write!(f, "Future<{value}>({}, ", self.task().label())?;
        match self.task().status() {
            Status::Pending => f.write_str("pending)"),
            Status::Running => f.write_str("running)"),
            Status::Done(Verdict::Value) => f.write_str("finished)"),
            Status::Done(Verdict::Cancelled) => f.write_str("cancelled)"),
            Status::Done(Verdict::Failure) => match self.task().error_text() {
                Some(text) => write!(f, "finished with an error: {text})"),
                // It was taken, or a callback is looking at it.
                None => f.write_str("finished with an error)"),
            },
        }
    }
}

/// Cancels a task from anywhere: cloneable, and independent of the [`Future`] it came from.
///
/// # Example: a stop button
///
/// ```
/// let pool = concurrent_futures::ThreadPool::new(1)?;
/// let (open, gate) = std::sync::mpsc::channel::<()>();
/// let running = pool.spawn(move || gate.recv());
/// let queued = pool.spawn(|| 7);
/// let stop = queued.canceller();
/// let button = std::thread::spawn(move || stop.cancel());
/// assert!(queued.result().unwrap_err().is_cancelled()); // woken by the other thread
/// assert!(button.join().unwrap());
/// drop(open);
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[derive(Clone)]
pub struct Canceller {
    task: Arc<dyn Runnable>,
}

impl Canceller {
    /// The same as [`Future::cancel`].
    pub fn cancel(&self) -> bool {
        self.task.cancel()
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Canceller({})", self.task.label())
    }
}
