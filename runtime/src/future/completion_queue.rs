//! Many futures, handed out as they end.

use std::collections::VecDeque;
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
    pending: Pending<(K, Future<T>)>,
    /// Every task whose token is below has been started. That is undone only for tasks made of others, which wake us then.
    started_below: usize,
    ended: Arc<Ended>,
    /// What was taken from there, or had ended before it was watched, and was not looked at yet.
    taken: VecDeque<usize>,
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
        Self { pending: Pending::new(), started_below: 0, ended: Arc::default(), taken: VecDeque::new() }
    }

    pub(crate) fn add(&mut self, key: K, future: Future<T>) {
        let token = self.pending.next_token;
        if !future.task().watch(&self.ended, token) {
            self.taken.push_back(token);
        }
        self.pending.push((key, future));
    }

    /// Like [`add`](Self::add) of each, but watches none before all are there: mostly some have ended by then, and
    /// nobody has to tell us.
    pub(crate) fn of(futures: impl Iterator<Item = (K, Future<T>)>) -> Self {
        let mut queue = Self { pending: Pending::of(futures), ..Self::new() };
        for (token, (_, future)) in queue.pending.iter() {
            if !future.task().watch(&queue.ended, token) {
                queue.taken.push_back(token);
            }
        }
        queue
    }

    /// How many have not been handed out.
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// What has not been handed out, in the order of adding.
    pub(crate) fn into_pending(self) -> impl Iterator<Item = (K, Future<T>)> {
        self.pending.slots.into_iter().filter_map(|(_, value)| value)
    }

    /// The key of the first one added that has not been handed out.
    pub(crate) fn first_key(&self) -> Option<&K> {
        self.pending.iter().next().map(|(_, value)| value).map(|(key, _)| key)
    }

    /// Cancels what has not started, the last one first: those behind do not start while those in front are cancelled.
    pub(crate) fn cancel_pending(&self) {
        for (_, (_, future)) in self.pending.iter().rev() {
            future.cancel();
        }
    }

    /// Waits for the next future to end. What had ended before the deadline is handed out also after it.
    pub(crate) fn next(&mut self, deadline: Option<Instant>) -> Next<K, T> {
        loop {
            if self.taken.is_empty() {
                self.ended.take_all(&mut self.taken);
            }
            if let Some(token) = self.taken.pop_front() {
                // Absent if it was handed out before: as a deadlock, or because it was also woken for something else.
                let Some(place) = self.pending.place_of(token) else {
                    continue;
                };
                let Some(result) = self.pending.at(place).1.task().take() else {
                    // Woken for something else: see below whether there is something to run.
                    self.started_below = self.started_below.min(token);
                    continue;
                };
                let (key, future) = self.pending.remove_at(place);
                future.forget();
                return Next::Ended(key, result);
            }
            if self.pending.len() == 0 {
                return Next::Empty;
            }
            if deadline.is_none() && self.claim_first() {
                continue;
            }
            let targets = || self.pending.iter().map(|(_, (_, future))| future.runnable()).collect();
            match cycle::enter(targets, deadline.is_some()) {
                // Waker: the end of any of the tasks, as a subscriber.
                Ok(_entry) => {
                    if !self.ended.sleep(deadline) {
                        return Next::TimedOut;
                    }
                }
                Err(deadlock) => {
                    // The first one; the front is never empty.
                    let (key, _) = self.pending.remove_at(0);
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
        for (token, (_, future)) in self.pending.iter_from(self.started_below) {
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
        self.started_below = first_pending.unwrap_or(self.pending.next_token);
        false
    }
}

/// Values under ascending tokens. Taken from about the front, as tasks end about in the order in which they start.
struct Pending<V> {
    /// In the order of the tokens; empty where a value was removed, but never at the front.
    slots: VecDeque<(usize, Option<V>)>,
    len: usize,
    next_token: usize,
}

impl<V> Pending<V> {
    fn new() -> Self {
        Self { slots: VecDeque::new(), len: 0, next_token: 0 }
    }

    /// Values under the tokens 0, 1, 2, …
    fn of(values: impl Iterator<Item = V>) -> Self {
        let slots: VecDeque<_> = values.enumerate().map(|(token, value)| (token, Some(value))).collect();
        Self { len: slots.len(), next_token: slots.len(), slots }
    }

    fn push(&mut self, value: V) {
        // A value at the front that stays must not keep all slots behind it for ever.
        if self.slots.len() >= 64 && self.slots.len() / 4 > self.len {
            self.slots.retain(|(_, value)| value.is_some());
        }
        self.slots.push_back((self.next_token, Some(value)));
        self.next_token += 1;
        self.len += 1;
    }

    fn len(&self) -> usize {
        self.len
    }

    /// Where the value of `token` is, if it is still there. Good until one is added or removed.
    fn place_of(&self, token: usize) -> Option<usize> {
        // Where it is if nothing between it and the front has been tidied up; otherwise it is looked for.
        let guess = token.checked_sub(self.slots.front()?.0)?;
        let place = match self.slots.get(guess) {
            Some((known, _)) if *known == token => guess,
            _ => self.slots.binary_search_by_key(&token, |(known, _)| *known).ok()?,
        };
        self.slots[place].1.is_some().then_some(place)
    }

    fn at(&self, place: usize) -> &V {
        self.slots[place].1.as_ref().expect("places hold values")
    }

    fn remove_at(&mut self, place: usize) -> V {
        let value = self.slots[place].1.take().expect("places hold values");
        self.len -= 1;
        while self.slots.front().is_some_and(|(_, value)| value.is_none()) {
            self.slots.pop_front();
        }
        value
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &V)> {
        self.iter_from(0)
    }

    fn iter_from(&self, token: usize) -> impl DoubleEndedIterator<Item = (usize, &V)> {
        let start = self.slots.partition_point(|(known, _)| *known < token);
        self.slots.range(start..).filter_map(|(token, value)| Some((*token, value.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::Pending;

    fn remove(pending: &mut Pending<usize>, token: usize) -> Option<usize> {
        Some(pending.remove_at(pending.place_of(token)?))
    }

    #[test]
    fn a_value_that_stays_does_not_keep_the_place_of_those_behind_it() {
        let mut pending = Pending::new();
        for n in 0..10_000 {
            pending.push(n);
            if n % 1000 != 0 {
                assert_eq!(remove(&mut pending, n), Some(n));
            }
        }
        assert_eq!(pending.len(), 10);
        assert!(pending.slots.len() < 100, "{}", pending.slots.len());
        assert!(pending.iter_from(3001).map(|(token, _)| token).eq((4..10).map(|n| n * 1000)));
        assert_eq!([7001, 7000, 0].map(|token| remove(&mut pending, token)), [None, Some(7000), Some(0)]);
        assert_eq!(pending.iter().next(), Some((1000, &1000)));
    }
}
