//! How a thread waits for one task: run it if that is allowed, or sleep until it ends.

use std::time::{Duration, Instant};

use super::cycle;
use super::signal::Signal;
use super::subscribers::Subscriber;
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
    if !task.add(Subscriber::Sleeper(Arc::clone(&signal))) {
        return Ok(true);
    }
    let outcome = sleep_until_settled(task, &signal, deadline);
    task.remove(&Subscriber::Sleeper(Arc::clone(&signal)));
    outcome.map(|()| task.is_settled())
}

/// Sleeps until the task has settled, or `deadline` has come. The caller has subscribed to the task.
fn sleep_until_settled<T: 'static>(
    task: &Arc<dyn Handle<T>>,
    signal: &Signal,
    deadline: Option<Instant>,
) -> Result<(), Error> {
    while !task.is_settled() {
        // A task made of others may need one that did not exist the last time; it wakes us when it does.
        if deadline.is_none() && Arc::clone(task).claim() {
            break;
        }
        // Entered after the subscription: from here on the task's end wakes us, whatever the graph says.
        let _entry = cycle::enter(|| vec![Arc::clone(task) as _], deadline.is_some())?;
        // Waker: the end of the task, through the subscription. Every task ends: by running, by being cancelled, or by
        // being dropped from its queue.
        if !task.sleep(signal, deadline) {
            break;
        }
    }
    Ok(())
}
