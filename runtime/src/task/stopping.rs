//! How a running task learns that nobody wants its result any more.

use super::context;

/// Whether the task that calls this was cancelled after it had started, or its pool
/// [was killed](crate::Shutdown::Kill).
///
/// A thread cannot be killed, so [`Future::cancel`](crate::Future::cancel) only asks a running task to stop. A task that
/// takes long looks here now and then, and returns when it is told to; what it returns is its result, as ever. Of tasks
/// that run inside each other's waits, the innermost is meant. Always false outside of a task. Costs some nanoseconds.
///
/// # Example
///
/// ```
/// use concurrent_futures::{ThreadPool, is_cancelled};
/// use std::sync::mpsc;
///
/// let pool = ThreadPool::new(1)?;
/// let (tell, told) = mpsc::channel();
/// let search = pool.spawn(move || {
///     tell.send("started").unwrap();
///     (0_u64..).find(|_| is_cancelled())
/// });
/// assert_eq!(told.recv(), Ok("started"));
/// assert!(!search.cancel()); // too late to keep it from starting
/// assert!(search.result()?.is_some()); // but it stops
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
pub fn is_cancelled() -> bool {
    context::is_asked_to_stop()
}
