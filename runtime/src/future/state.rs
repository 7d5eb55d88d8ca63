//! The life of one task. Every legal transition is here; nothing else changes a state.
//!
//! ```text
//! pending ──start──▶ running ──settle──▶ settling ──▶ done ──take──▶ taken
//!    │  ◀─suspend──┘                       ▲            ▲│
//!    └──────cancel, fail───────────────────┘            ││
//!                                                       lent   (on_done after the end)
//! ```
//!
//! *Settling* is the time in which callbacks look at the result: the task counts as done, but the result cannot be
//! taken yet. User code (the work, callbacks, wakers, destructors) never runs while the lock is held.

use super::ended::Ended;
use super::subscribers::{Subscriber, Subscribers};
use crate::error::Error;
use crate::label::Label;
use crate::perturb;
use crate::sync::Arc;
use crate::sync::modelled::Mutex;
use crate::task::context::{self, ThreadId};
use crate::task::outcome;

/// What `on_done` was given.
pub(super) type Callback<T> = Box<dyn FnOnce(&Result<T, Error>) + Send>;

/// The state of a task that runs `F` to get a `T`.
pub(super) struct State<F, T> {
    inner: Mutex<Inner<F, T>>,
}

struct Inner<F, T> {
    phase: Phase<F, T>,
    /// Set when the task settles, and never changed afterwards.
    verdict: Option<Verdict>,
    /// Nobody will take the result: it is dropped as soon as the callbacks have seen it.
    detached: bool,
    /// Somebody tried to cancel the task after it had started.
    asked_to_stop: bool,
    callbacks: Callbacks<T>,
    subscribers: Subscribers,
}

/// Rarely there are any: then they take little room in each task.
type Callbacks<T> = Option<Box<Waiting<T>>>;

/// The callbacks that have not seen the result, in the order in which they were added.
struct Waiting<T>(Vec<Callback<T>>);

enum Phase<F, T> {
    Pending(F),
    Running(ThreadId),
    Settling(ThreadId),
    Done(Result<T, Error>),
    Lent,
    Taken,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Value,
    Failure,
    Cancelled,
}

/// A state as others may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Running,
    Done(Verdict),
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It has not started.
    Waiting,
    /// It cannot go on without this thread.
    On(ThreadId),
    /// It has ended.
    Over,
}

impl<F, T> State<F, T> {
    pub(super) fn pending(work: F) -> Self {
        Self::new(Phase::Pending(work), None)
    }

    pub(super) fn done(result: Result<T, Error>) -> Self {
        let verdict = Verdict::of(&result);
        Self::new(Phase::Done(result), Some(verdict))
    }

    fn new(phase: Phase<F, T>, verdict: Option<Verdict>) -> Self {
        let inner = Inner {
            phase,
            verdict,
            detached: false,
            asked_to_stop: false,
            callbacks: None,
            subscribers: Subscribers::default(),
        };
        Self { inner: Mutex::new(inner) }
    }

    /// Pending → running, on the calling thread. `None` if somebody else was faster.
    pub(super) fn start(&self) -> Option<F> {
        perturb::point();
        let thread = context::thread_id();
        let work = self.leave_pending(Phase::Running(thread));
        perturb::point();
        work
    }

    /// Running → pending, on the thread that started it: the work has to wait for something and is continued later.
    pub(super) fn suspend(&self, work: F) {
        let mut inner = self.inner.lock();
        debug_assert!(matches!(inner.phase, Phase::Running(_)), "only a running task is suspended");
        inner.phase = Phase::Pending(work);
    }

    /// Pending → cancelled, or asks the running task to stop. True if the task is cancelled, now or before.
    pub(super) fn cancel(&self, task: Label) -> bool {
        if self.fail(task, Error::cancelled(task)) {
            return true;
        }
        let mut inner = self.inner.lock();
        inner.asked_to_stop = true;
        // Two cancels at once: one of them cancels, and then the other sees that.
        inner.verdict == Some(Verdict::Cancelled)
    }

    pub(super) fn is_asked_to_stop(&self) -> bool {
        self.inner.lock().asked_to_stop
    }

    /// Running → done. `before_wake` runs before anybody can see the end, and not while callbacks do.
    pub(super) fn finish(&self, task: Label, result: Result<T, Error>, before_wake: &dyn Fn()) {
        let verdict = Verdict::of(&result);
        // Mostly nobody looks at the end before everybody does: then this is all, in one step.
        before_wake();
        perturb::point();
        let subscribers = {
            let mut inner = self.inner.lock();
            debug_assert!(matches!(inner.phase, Phase::Running(_)), "only a running task finishes");
            inner.verdict = Some(verdict);
            // A value without a destructor can be dropped under the lock.
            let is_plain = result.is_ok() && !std::mem::needs_drop::<T>();
            if inner.callbacks.is_none() && (!inner.detached || is_plain) {
                inner.phase = if inner.detached { Phase::Taken } else { Phase::Done(result) };
                std::mem::take(&mut inner.subscribers)
            } else {
                inner.phase = Phase::Settling(context::thread_id());
                drop(inner);
                // What comes now is the user's, and may take long.
                context::busy_again();
                return self.settle(task, result, before_wake);
            }
        };
        subscribers.tell(task);
    }

    /// Pending → done without having run here, with `error`. False if the task had started or ended.
    pub(super) fn fail(&self, task: Label, error: Error) -> bool {
        self.settle_from_pending(task, Err(error))
    }

    /// Pending → done, with the result of work that was done elsewhere, if nobody has to be told whose code may block: then
    /// no user code runs. Gives the result back otherwise, and if the task has ended.
    pub(super) fn settle_quietly(&self, task: Label, result: Result<T, Error>) -> Result<(), Result<T, Error>> {
        let verdict = Verdict::of(&result);
        let subscribers = {
            let mut inner = self.inner.lock();
            let is_quiet = inner.callbacks.is_none() && !inner.detached && inner.subscribers.are_quiet();
            if !is_quiet || !matches!(inner.phase, Phase::Pending(_)) {
                return Err(result);
            }
            inner.verdict = Some(verdict);
            inner.phase = Phase::Done(result);
            std::mem::take(&mut inner.subscribers)
        };
        subscribers.tell(task);
        Ok(())
    }

    /// Pending → done, with the result of work that was done elsewhere. False if the task had ended.
    pub(super) fn settle_from_pending(&self, task: Label, result: Result<T, Error>) -> bool {
        perturb::point();
        let verdict = Verdict::of(&result);
        let thread = context::thread_id();
        let Some(work) = self.leave_pending_as(Phase::Settling(thread), Some(verdict)) else {
            return false;
        };
        outcome::contain("dropping the arguments", task, || drop(work));
        // While the callbacks look, waiters wait for this thread, as if it ran the task.
        let _inside = context::enter(task, None, None);
        self.settle(task, result, &|| ());
        true
    }

    /// Done → taken.
    pub(super) fn take(&self) -> Option<Result<T, Error>> {
        let mut inner = self.inner.lock();
        match std::mem::replace(&mut inner.phase, Phase::Taken) {
            Phase::Done(result) => Some(result),
            other => {
                inner.phase = other;
                None
            }
        }
    }

    /// Tells that nobody will take the result, or waits for it any more.
    pub(super) fn detach(&self, task: Label) {
        perturb::point();
        let (unwanted, subscribers) = {
            let mut inner = self.inner.lock();
            inner.detached = true;
            let unwanted = match inner.phase {
                Phase::Done(_) => Some(std::mem::replace(&mut inner.phase, Phase::Taken)),
                _ => None,
            };
            (unwanted, std::mem::take(&mut inner.subscribers))
        };
        // Outside the lock: a waker may be the user's.
        subscribers.into_iter().for_each(|subscriber| subscriber.drop_for(task));
        // A destructor of the user's runs here, on the thread that dropped the future, outside the lock.
        drop(unwanted);
    }

    /// Runs `callback` with the result: when the task ends, or here and now if it has.
    pub(super) fn on_done(&self, task: Label, callback: Callback<T>) {
        perturb::point();
        let result = {
            let mut inner = self.inner.lock();
            match std::mem::replace(&mut inner.phase, Phase::Lent) {
                Phase::Done(result) => result,
                other => {
                    inner.phase = other;
                    inner.callbacks.get_or_insert_with(|| Box::new(Waiting(Vec::new()))).0.push(callback);
                    return;
                }
            }
        };
        outcome::contain("a callback", task, || callback(&result));
        self.settle(task, result, &|| ());
    }

    pub(super) fn status(&self) -> Status {
        let inner = self.inner.lock();
        match (&inner.phase, inner.verdict) {
            (_, Some(verdict)) => Status::Done(verdict),
            (Phase::Pending(_), None) => Status::Pending,
            (_, None) => Status::Running,
        }
    }

    /// What [`Error`] says, while it can be taken.
    pub(super) fn error_text(&self) -> Option<String> {
        match &self.inner.lock().phase {
            // No user code: the message of a panic was made into a text when it was caught.
            Phase::Done(Err(error)) => Some(error.to_string()),
            _ => None,
        }
    }

    /// Whether waiting is over: the result can be taken, or is being shown to a callback by a borrower of the future.
    pub(super) fn is_settled(&self) -> bool {
        self.inner.lock().is_settled()
    }

    /// Where the task is, for who waits for it.
    pub(super) fn place(&self) -> Place {
        match self.inner.lock().phase {
            Phase::Pending(_) => Place::Waiting,
            Phase::Running(thread) | Phase::Settling(thread) => Place::On(thread),
            Phase::Done(_) | Phase::Lent | Phase::Taken => Place::Over,
        }
    }

    /// Has `subscriber` told when the task settles. Gives it back if it has, and will not tell it.
    pub(super) fn add(&self, subscriber: Subscriber) -> Result<(), Subscriber> {
        perturb::point();
        let mut inner = self.inner.lock();
        if inner.is_settled() {
            drop(inner);
            return Err(subscriber);
        }
        let before = inner.subscribers.add(subscriber);
        drop(inner);
        // Outside the lock: it may be the user's.
        drop(before);
        Ok(())
    }

    /// Has `ended` told `token` when the task settles. False if it has.
    pub(super) fn watch(&self, ended: &Arc<Ended>, token: usize) -> bool {
        perturb::point();
        let mut inner = self.inner.lock();
        if inner.is_settled() {
            return false;
        }
        let known = inner.subscribers.add(Subscriber::Watch(Arc::clone(ended), token));
        debug_assert!(known.is_none(), "a token is watched once");
        true
    }

    /// Takes back what [`add`](Self::add) did.
    pub(super) fn remove(&self, subscriber: &Subscriber) {
        perturb::point();
        let forgotten = self.inner.lock().subscribers.remove(subscriber);
        // Outside the lock: it may be the user's.
        drop(forgotten);
    }

    /// Tells those who wait for the end, which has not come: there is something that they may have to do for it.
    pub(super) fn nudge(&self, task: Label) {
        let subscribers = std::mem::take(&mut self.inner.lock().subscribers);
        for subscriber in subscribers.into_iter() {
            subscriber.tell(task);
            let mut inner = self.inner.lock();
            if inner.is_settled() {
                drop(inner);
                // The end came in between, which it has missed.
                subscriber.tell(task);
            } else {
                // Back to where it was, unless whoever polls has come with another waker, or has gone.
                let unwanted = if inner.detached { Some(subscriber) } else { inner.subscribers.add_again(subscriber) };
                drop(inner);
                // Outside the lock: it may be the user's.
                unwanted.into_iter().for_each(|subscriber| subscriber.drop_for(task));
            }
        }
    }

    fn leave_pending(&self, next: Phase<F, T>) -> Option<F> {
        self.leave_pending_as(next, None)
    }

    fn leave_pending_as(&self, next: Phase<F, T>, verdict: Option<Verdict>) -> Option<F> {
        let mut inner = self.inner.lock();
        match std::mem::replace(&mut inner.phase, next) {
            Phase::Pending(work) => {
                inner.verdict = verdict;
                Some(work)
            }
            other => {
                inner.phase = other;
                None
            }
        }
    }

    /// Settling or lent → done: shows `result` to the callbacks, then to everybody.
    fn settle(&self, task: Label, result: Result<T, Error>, before_wake: &dyn Fn()) {
        self.publish(task, result, before_wake).tell(task);
    }

    /// Settling or lent → done, once no callback is left that has not seen `result`. Gives those to be woken.
    fn publish(&self, task: Label, result: Result<T, Error>, before_wake: &dyn Fn()) -> Subscribers {
        let mut result = Some(result);
        let mut told = false;
        loop {
            let mut inner = self.inner.lock();
            let Some(callbacks) = inner.callbacks.take() else {
                if inner.detached
                    && let Some(unwanted) = result.take()
                {
                    drop(inner);
                    outcome::contain("dropping the result", task, || drop(unwanted));
                    continue;
                }
                if !told {
                    told = true;
                    drop(inner);
                    before_wake();
                    continue;
                }
                inner.phase = result.map_or(Phase::Taken, Phase::Done);
                return std::mem::take(&mut inner.subscribers);
            };
            drop(inner);
            for callback in callbacks.0 {
                match &result {
                    Some(result) => outcome::contain("a callback", task, || callback(result)),
                    // Unreachable by the types: adding a callback needs the future, and detaching consumed it.
                    None => drop(callback),
                }
            }
        }
    }
}

impl<F, T> Inner<F, T> {
    fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Done(_) | Phase::Lent | Phase::Taken)
    }
}

impl Verdict {
    fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Value,
            Err(error) if error.is_cancelled() => Self::Cancelled,
            Err(_) => Self::Failure,
        }
    }
}
