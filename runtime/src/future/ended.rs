//! Which of many watched tasks have ended, in the order of their ends.

use std::collections::VecDeque;
use std::task::{Wake, Waker};
use std::time::Instant;

use super::signal::Signal;
use super::task_cell::Handle;
use crate::perturb;
use crate::sync::Arc;
use crate::sync::modelled::Mutex;

/// The tokens of watched tasks that have ended and were not popped yet.
#[derive(Default)]
pub(super) struct Ended {
    tokens: Mutex<VecDeque<usize>>,
    signal: Arc<Signal>,
}

impl Ended {
    /// Has the end of `task` announced as `token`, once. The waker is for unsubscribing.
    pub(super) fn watch<T: 'static>(self: &Arc<Self>, token: usize, task: &dyn Handle<T>) -> Waker {
        let waker = Waker::from(Arc::new(Announce { ended: Arc::clone(self), token }));
        if !task.subscribe(&waker) {
            self.push(token);
        }
        waker
    }

    pub(super) fn pop(&self) -> Option<usize> {
        self.tokens.lock().pop_front()
    }

    /// Sleeps until there may be something to pop. False if `deadline` came first.
    pub(super) fn sleep(&self, deadline: Option<Instant>) -> bool {
        // Waker: the end of a watched task, through `Announce`.
        self.signal.sleep(deadline)
    }

    fn push(&self, token: usize) {
        self.tokens.lock().push_back(token);
        perturb::point();
        self.signal.set();
    }
}

/// The waker of one watched task.
struct Announce {
    ended: Arc<Ended>,
    token: usize,
}

impl Wake for Announce {
    fn wake(self: Arc<Self>) {
        self.ended.push(self.token);
    }
}
