//! One task seen from both ends: the cell that a queue runs, and the future that its owner waits on.
//!
//! A future does not know its pool. All that can happen to a task happens in [`state`].

mod signal;
mod ended;
mod subscribers;
mod state;
mod task_cell;
mod cycle;
mod waiting;
mod handle;
mod cancel_on_drop;
mod derived;
#[cfg(unix)]
mod remote;
mod combine;
mod wait;
mod completion_queue;
mod completed;
#[cfg(test)]
mod models;

pub use cancel_on_drop::CancelOnDrop;
pub use combine::collect;
pub use completed::{AsCompleted, AsCompletedTimeout, as_completed};
pub(crate) use completion_queue::{CompletionQueue, Next};
pub(crate) use cycle::{enter_end_of, waits_of};
pub use handle::{Canceller, Future};
pub(crate) use handle::{finished, new_task};
#[cfg(unix)]
pub(crate) use remote::{Collect, Later, Remote, Sink, Whereabouts};
#[cfg(unix)]
pub(crate) use signal::Signal;
pub(crate) use task_cell::{Home, Runnable};
pub use wait::{ReturnWhen, wait};
pub(crate) use waiting::deadline_after;
