//! A task in the queue.

use crate::error::Error;
use crate::future::Runnable;
use crate::label::Label;
use crate::sync::Arc;

/// A queued task. One that is dropped instead of run ends with an error, so that nobody waits for it for ever.
pub(super) struct Ticket(Option<Arc<dyn Runnable>>);

impl Ticket {
    pub(super) fn new(task: Arc<dyn Runnable>) -> Self {
        Self(Some(task))
    }

    pub(super) fn label(&self) -> Option<Label> {
        self.0.as_ref().map(|task| task.label())
    }

    pub(super) fn run(mut self, before_wake: &dyn Fn()) -> bool {
        self.0.take().is_some_and(|task| task.run(before_wake))
    }

    pub(super) fn cancel(mut self) {
        if let Some(task) = self.0.take() {
            task.cancel();
        }
    }

    pub(super) fn fail(mut self, error: impl FnOnce(Label) -> Error) {
        if let Some(task) = self.0.take() {
            task.fail(error(task.label()));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.fail(Error::shutdown(task.label()));
        }
    }
}
