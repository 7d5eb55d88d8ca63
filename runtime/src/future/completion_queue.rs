//! Many futures, handed out as they end.

use std::collections::BTreeMap;
use std::time::Instant;

use super::cycle;
use super::ended::Ended;
use super::handle::Future;
use super::state::Status;
use crate::error::Error;
use crate::sync::Arc;
use crate::task::context;

/// Futures under keys, and which of them have ended.
pub(crate) struct CompletionQueue<K, T: 'static> {
    pending: BTreeMap<usize, (K, Future<T>)>,
    next_token: usize,
    /// Every task whose token is below has been started, which is never undone.
    started_below: usize,
    ended: Arc<Ended>,
}

/// What to do next with a [`CompletionQueue`].
pub(crate) enum Next<K, T> {
    Ended(K, Result<T, Error>),
    /// Every future has been handed out.
    Empty,
    /// The deadline came first.
    TimedOut,
}

impl<K, T: 'static> CompletionQueue<K, T> {
    pub(crate) fn new() -> Self {
        Self { pending: BTreeMap::new(), next_token: 0, started_below: 0, ended: Arc::default() }
    }

    pub(crate) fn add(&mut self, key: K, future: Future<T>) {
        let token = self.next_token;
        self.next_token += 1;
        self.ended.watch(token, &**future.task());
        self.pending.insert(token, (key, future));
    }

    /// How many have not been handed out.
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// What has not been handed out, in the order of adding.
    pub(crate) fn into_pending(self) -> impl Iterator<Item = (K, Future<T>)> {
        self.pending.into_values()
    }

    /// The key of the first one added that has not been handed out.
    pub(crate) fn first_key(&self) -> Option<&K> {
        self.pending.values().next().map(|(key, _)| key)
    }

    /// Cancels what has not started, the last one first: those behind do not start while those in front are cancelled.
    pub(crate) fn cancel_pending(&self) {
        for (_, future) in self.pending.values().rev() {
            future.cancel();
        }
    }

    /// Waits for the next future to end. What had ended before the deadline is handed out also after it.
    pub(crate) fn next(&mut self, deadline: Option<Instant>) -> Next<K, T> {
        loop {
            if let Some(token) = self.ended.pop() {
                // Absent if it was handed out as a deadlock before it ended.
                let Some((key, future)) = self.pending.remove(&token) else {
                    continue;
                };
                return Next::Ended(key, future.result());
            }
            if self.pending.is_empty() {
                return Next::Empty;
            }
            if deadline.is_none() && self.claim_first() {
                continue;
            }
            let targets = || self.pending.values().map(|(_, future)| future.runnable()).collect();
            match cycle::enter(targets, deadline.is_some()) {
                // Waker: the end of any of the tasks, through `Ended::watch`.
                Ok(_entry) => {
                    if !self.ended.sleep(deadline) {
                        return Next::TimedOut;
                    }
                }
                Err(deadlock) => {
                    let Some((_, (key, _))) = self.pending.pop_first() else {
                        return Next::Empty;
                    };
                    return Next::Ended(key, Err(deadlock));
                }
            }
        }
    }

    /// Inside a worker: runs the first task that nobody has started. False if there is none.
    fn claim_first(&mut self) -> bool {
        if !context::inside_worker() {
            return false;
        }
        let mut first_pending = None;
        for (&token, (_, future)) in self.pending.range(self.started_below..) {
            if future.status() != Status::Pending {
                continue;
            }
            if Arc::clone(future.task()).claim() {
                self.started_below = first_pending.unwrap_or(token + 1);
                return true;
            }
            // Not ours to run, or just started by somebody else.
            first_pending.get_or_insert(token);
        }
        self.started_below = first_pending.unwrap_or(self.next_token);
        false
    }
}
