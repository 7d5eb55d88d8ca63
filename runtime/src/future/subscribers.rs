//! Who is to be told when a task ends.

use std::task::Waker;

use super::ended::Ended;
use super::signal::Signal;
use crate::label::Label;
use crate::perturb;
use crate::sync::Arc;
use crate::task::{context, outcome};

/// Somebody to be told of the end of a task.
pub(super) enum Subscriber {
    /// Somebody else's: an async runtime's, or a task made of this one. Of whoever polls the future, so there is one at most, the
    /// last that was given.
    Waker(Waker),
    /// A thread that sleeps.
    Sleeper(Arc<Signal>),
    /// Somebody who watches many tasks, and knows this one by a token.
    Watch(Arc<Ended>, usize),
}

impl Subscriber {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waker(_), Self::Waker(_)) => true,
            (Self::Sleeper(own), Self::Sleeper(other)) => Arc::ptr_eq(own, other),
            (Self::Watch(own, token), Self::Watch(other, others)) => token == others && Arc::ptr_eq(own, other),
            _ => false,
        }
    }

    /// Tells, on behalf of `task`. Outside any lock: a waker may be the user's.
    pub(super) fn tell(&self, task: Label) {
        perturb::point();
        match self {
            Self::Waker(waker) => {
                // The thread may be counted as free, but nobody knows how long this takes.
                context::busy_again();
                outcome::contain("a waker", task, || waker.wake_by_ref());
            }
            Self::Sleeper(signal) => signal.set(),
            Self::Watch(ended, token) => ended.push(*token),
        }
    }

    /// Outside any lock, too.
    pub(super) fn drop_for(self, task: Label) {
        if let Self::Waker(waker) = self {
            outcome::contain("dropping a waker", task, || drop(waker));
        }
    }
}

/// All who are to be told. Mostly there is at most one: that needs no allocation, and little room in each task.
#[derive(Default)]
pub(super) struct Subscribers {
    first: Option<Subscriber>,
    others: Option<Box<Others>>,
}

#[derive(Default)]
struct Others(Vec<Subscriber>);

impl Subscribers {
    /// Gives back the one whose place it takes.
    pub(super) fn add(&mut self, subscriber: Subscriber) -> Option<Subscriber> {
        let mut all = self.first.iter_mut().chain(self.others.iter_mut().flat_map(|others| &mut others.0));
        if let Some(known) = all.find(|known| known.is_same(&subscriber)) {
            return Some(std::mem::replace(known, subscriber));
        }
        if self.first.is_none() {
            self.first = Some(subscriber);
        } else {
            self.others.get_or_insert_default().0.push(subscriber);
        }
        None
    }

    /// Gives it back if another has taken its place.
    pub(super) fn add_again(&mut self, subscriber: Subscriber) -> Option<Subscriber> {
        if self.iter().any(|known| known.is_same(&subscriber)) { Some(subscriber) } else { self.add(subscriber) }
    }

    pub(super) fn remove(&mut self, subscriber: &Subscriber) -> Option<Subscriber> {
        if self.first.as_ref().is_some_and(|known| known.is_same(subscriber)) {
            return self.first.take();
        }
        let Others(others) = &mut **self.others.as_mut()?;
        let position = others.iter().position(|known| known.is_same(subscriber));
        position.map(|position| others.swap_remove(position))
    }

    /// Whether telling them only wakes threads: no user code runs, and nothing blocks.
    pub(super) fn are_quiet(&self) -> bool {
        !self.iter().any(|known| matches!(known, Subscriber::Waker(_)))
    }

    fn iter(&self) -> impl Iterator<Item = &Subscriber> {
        self.first.iter().chain(self.others.iter().flat_map(|others| &others.0))
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = Subscriber> {
        self.first.into_iter().chain(self.others.into_iter().flat_map(|others| others.0))
    }

    /// Tells everybody, on behalf of `task`.
    pub(super) fn tell(self, task: Label) {
        for subscriber in self.into_iter() {
            subscriber.tell(task);
            subscriber.drop_for(task);
        }
    }
}
