//! How a thread waits for one task: run it if that is allowed, or sleep until it ends.

use std::time::{Duration, Instant};

use super::cycle;
use super::signal::Signal;
use super::task_cell::Handle;
use crate::error::Error;
use crate::sync::Arc;

/// The moment `limit` from now, or none if the clock does not reach that far.
pub(crate) fn deadline_after(limit: Duration) -> Option<Instant> {
    Instant::now().checked_add(limit)
}

/// Waits until the task has settled: true, or false if `deadline` came first.
///
/// A wait with a deadline never runs the task itself, since that could take longer than the deadline.
///
/// # Errors
///
/// A deadlock, if the wait could never end.
pub(super) fn until_settled<T: 'static>(task: &Arc<dyn Handle<T>>, deadline: Option<Instant>) -> Result<bool, Error> {
    if task.is_settled() {
        return Ok(true);
    }
    if deadline.is_none() && Arc::clone(task).claim() {
        return Ok(true);
    }
    let signal = Signal::of_this_thread();
    let waker = signal.waker();
    if !task.subscribe(&waker) {
        return Ok(true);
    }
    // Entered after the subscription: from here on the task's end wakes us, whatever the graph says.
    let entry = match cycle::enter(|| vec![Arc::clone(task) as _], deadline.is_some()) {
        Ok(entry) => entry,
        Err(deadlock) => {
            task.unsubscribe(&waker);
            return Err(deadlock);
        }
    };
    // Waker: the end of the task, through the subscription. Every task ends: by running, by being cancelled, or by
    // being dropped from its queue.
    while !task.is_settled() {
        if !signal.sleep(deadline) {
            break;
        }
    }
    drop(entry);
    task.unsubscribe(&waker);
    Ok(task.is_settled())
}
