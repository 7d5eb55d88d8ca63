//! Which of many watched tasks have ended, in the order of their ends.

use std::collections::VecDeque;
use std::time::Instant;

use super::signal::Signal;
use crate::perturb;
use crate::sync::Arc;
use crate::sync::modelled::Mutex;

/// The tokens of watched tasks that have ended (or were nudged) and were not popped yet.
#[derive(Default)]
pub(super) struct Ended {
    tokens: Mutex<VecDeque<usize>>,
    signal: Arc<Signal>,
}

impl Ended {
    /// Announces `token`.
    pub(super) fn push(&self, token: usize) {
        let was_empty = {
            let mut tokens = self.tokens.lock();
            tokens.push_back(token);
            tokens.len() == 1
        };
        perturb::point();
        // Who sleeps saw that there was nothing. Whoever put the first thing there wakes.
        if was_empty {
            self.signal.set();
        }
    }

    /// Takes everything that was announced; `into` is empty.
    pub(super) fn take_all(&self, into: &mut VecDeque<usize>) {
        std::mem::swap(&mut *self.tokens.lock(), into);
    }

    /// Sleeps until there may be something to take. False if `deadline` came first.
    pub(super) fn sleep(&self, deadline: Option<Instant>) -> bool {
        // Waker: the end of a watched task, through `push`.
        self.signal.sleep(deadline)
    }
}
