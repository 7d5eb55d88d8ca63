//! A task and its state in one allocation, seen without its types by queues and without its function by futures.

use std::task::Waker;
use std::time::Instant;

use super::ended::Ended;
use super::signal::Signal;
use super::state::{Callback, Place, State, Status};
use super::subscribers::Subscriber;
use crate::error::Error;
use crate::label::Label;
use crate::sync::Arc;
use crate::task::context::{self, PoolId, Stoppable, ThreadId};
use crate::task::outcome;

/// A task as a queue sees it.
pub(crate) trait Runnable: Send + Sync {
    /// Who the task is.
    fn label(&self) -> Label;

    /// Runs the task on the calling thread, unless it has started or ended. `before_wake` runs just before the end
    /// becomes visible, so that who wakes up finds this thread counted as free.
    fn run(self: Arc<Self>, before_wake: &dyn Fn()) -> bool;

    /// Ends the task with `error` unless it has started or ended. Drops what the task captured.
    fn fail(&self, error: Error) -> bool;

    /// Cancels the task unless it has started, and then asks it to stop. True also if it was cancelled before.
    fn cancel(&self) -> bool;

    /// Runs the task here if it has not started and the calling thread may: a worker may run what it waits for, except
    /// where only the workers of a certain pool are prepared for it.
    fn claim(self: Arc<Self>) -> bool;

    /// Who has to do something before the task can end.
    fn needs(&self) -> Needs;

    /// Whether waiting is over.
    fn is_settled(&self) -> bool;

    /// Has `waker` woken when the task settles. False if it has.
    fn subscribe(&self, waker: &Waker) -> bool;
}

/// Who has to do something before a task can end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    /// Nobody: it has ended, or anybody may end it.
    Nobody,
    /// The thread that runs it.
    Thread(ThreadId),
    /// A thread of the pool that has it in its queue.
    Worker(Home),
}

/// A task as its future sees it.
pub(super) trait Handle<T>: Runnable {
    fn status(&self) -> Status;
    fn error_text(&self) -> Option<String>;
    /// Has `subscriber` told when the task settles. False if it has.
    fn add(&self, subscriber: Subscriber) -> bool;

    /// Has `ended` told `token` when the task settles. False if it has.
    fn watch(&self, ended: &Arc<Ended>, token: usize) -> bool;

    /// Takes back what [`add`](Self::add) did.
    fn remove(&self, subscriber: &Subscriber);

    /// Sleeps until `signal` is set, or a little less. The caller has subscribed it. False if `deadline` came first.
    fn sleep(&self, signal: &Signal, deadline: Option<Instant>) -> bool {
        signal.sleep(deadline)
    }

    fn on_done(&self, callback: Callback<T>);
    fn take(&self) -> Option<Result<T, Error>>;
    fn detach(&self);
}

/// What the futures of all kinds of tasks do, which have a `label` and a `state`.
macro_rules! by_its_state {
    ($output:ty) => {
        fn error_text(&self) -> Option<String> {
            self.state.error_text()
        }

        fn add(&self, subscriber: Subscriber) -> bool {
            self.state.add(subscriber).is_ok()
        }

        fn watch(&self, ended: &Arc<Ended>, token: usize) -> bool {
            self.state.watch(ended, token)
        }

        fn remove(&self, subscriber: &Subscriber) {
            self.state.remove(subscriber);
        }

        fn on_done(&self, callback: Callback<$output>) {
            self.state.on_done(self.label, callback);
        }

        fn take(&self) -> Option<Result<$output, Error>> {
            self.state.take()
        }

        fn detach(&self) {
            self.state.detach(self.label);
        }
    };
}
pub(super) use by_its_state;

/// Where a task comes from. All that a task knows of its pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    pub(crate) pool: PoolId,
    /// How many threads the pool may have, spare ones included. Small, as each task has it.
    pub(crate) max_threads: u32,
    /// Whether only the workers of the pool are prepared for the task.
    pub(crate) is_exclusive: bool,
}

/// A task that runs `F` to get a `T`.
pub(super) struct TaskCell<F, T> {
    label: Label,
    home: Option<Home>,
    state: State<F, T>,
}

impl<F, T> TaskCell<F, T> {
    /// A task that has not started.
    pub(super) fn pending(label: Label, home: Home, work: F) -> Arc<Self> {
        Arc::new(Self { label, home: Some(home), state: State::pending(work) })
    }

    /// A task that has ended.
    pub(super) fn done(label: Label, result: Result<T, Error>) -> Arc<Self> {
        Arc::new(Self { label, home: None, state: State::done(result) })
    }
}

impl<F, T> Runnable for TaskCell<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    fn label(&self) -> Label {
        self.label
    }

    fn run(self: Arc<Self>, before_wake: &dyn Fn()) -> bool {
        let Some(work) = self.state.start() else { return false };
        // Callbacks run inside the task too: while they do, its waiters wait for this thread.
        let stop = Arc::clone(&self) as Arc<dyn Stoppable>;
        let _inside = context::enter(self.label, self.home.map(|home| home.pool), Some(stop));
        let result = outcome::run(self.label, work);
        self.state.finish(self.label, result, before_wake);
        true
    }

    fn fail(&self, error: Error) -> bool {
        self.state.fail(self.label, error)
    }

    fn cancel(&self) -> bool {
        self.state.cancel(self.label)
    }

    fn claim(self: Arc<Self>) -> bool {
        let prepared = self.home.is_none_or(|home| !home.is_exclusive || context::own_pool() == Some(home.pool));
        prepared && context::inside_worker() && self.run(&|| ())
    }

    fn needs(&self) -> Needs {
        match self.state.place() {
            Place::Waiting => self.home.map_or(Needs::Nobody, Needs::Worker),
            Place::On(thread) => Needs::Thread(thread),
            Place::Over => Needs::Nobody,
        }
    }

    fn is_settled(&self) -> bool {
        self.state.is_settled()
    }

    fn subscribe(&self, waker: &Waker) -> bool {
        self.state.add(Subscriber::Waker(waker.clone())).is_ok()
    }
}

impl<F, T> Stoppable for TaskCell<F, T>
where
    F: Send,
    T: Send,
{
    fn is_asked_to_stop(&self) -> bool {
        self.state.is_asked_to_stop()
    }
}

impl<F, T> Handle<T> for TaskCell<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    fn status(&self) -> Status {
        self.state.status()
    }

    by_its_state! { T }
}
