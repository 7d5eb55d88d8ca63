//! A task that runs in another process: its state is here, its work is not.

use std::task::Waker;
use std::time::Instant;

use super::ended::Ended;
use super::handle::Future;
use super::signal::Signal;
use super::state::{Callback, State, Status};
use super::subscribers::Subscriber;
use super::task_cell::{Handle, Needs, Runnable, by_its_state};
use crate::error::Error;
use crate::label::Label;
use crate::sync::{Arc, AtomicBool, Mutex, Ordering};
use crate::task::outcome;
use crate::wire::message::Message;

/// How the answers to the items of a task become its result.
pub(crate) trait Collect: Send {
    /// What one answer holds.
    type Piece: Send + 'static;
    /// What the future gives.
    type Output: Send + 'static;

    /// Reads an answer. Runs user code.
    fn read(answer: Message<'_>) -> Result<Self::Piece, String>;

    /// Takes the answer to item number `item`. Gives the result when it has all. Runs no user code.
    fn put(&mut self, item: usize, piece: Result<Self::Piece, Error>) -> Option<Result<Self::Output, Error>>;
}

/// Where the work is, as the task sees it.
pub(crate) trait Whereabouts: Send + Sync {
    /// Whether some of the work has started.
    fn is_running(&self) -> bool;

    /// Takes back what has not started.
    fn recall(&self);

    /// Stops what has started, after [`recall`](Self::recall).
    fn stop(&self);

    /// Listens to the work until `signal` is set, `deadline` has come, or there is nothing more to hear. False, at once, if the
    /// calling thread cannot.
    fn listen(&self, signal: &Signal, deadline: Option<Instant>) -> bool;
}

/// A task as the process pool sees it.
pub(crate) trait Sink: Send + Sync {
    fn label(&self) -> Label;

    /// An item that has run will be answered.
    fn note_answer(&self);

    /// Items have been answered, told by their number. What may take long is given to `later`, to be run on another thread.
    fn answer(
        self: Arc<Self>,
        answers: &mut dyn Iterator<Item = (usize, Result<Message<'_>, Error>)>,
        later: &dyn Fn(Later),
    );
}

/// Something to be run on another thread.
pub(crate) type Later = Box<dyn FnOnce() + Send>;

/// A task that runs elsewhere.
pub(crate) struct Remote<C: Collect> {
    label: Label,
    /// Pending until it ends: whether it runs is known elsewhere.
    state: State<(), C::Output>,
    collect: Mutex<C>,
    whereabouts: Mutex<Option<Arc<dyn Whereabouts>>>,
    /// The work has ended, or some of it, and is nowhere any more; but that has not been told.
    has_answer: AtomicBool,
}

impl<C: Collect + 'static> Remote<C> {
    pub(crate) fn new(label: Label, collect: C) -> Arc<Self> {
        let (collect, whereabouts) = (Mutex::new(collect), Mutex::new(None));
        let has_answer = AtomicBool::new(false);
        Arc::new(Self { label, state: State::pending(()), collect, whereabouts, has_answer })
    }

    /// The owner's end.
    pub(crate) fn future(self: &Arc<Self>) -> Future<C::Output> {
        Future::of(Arc::clone(self) as Arc<dyn Handle<C::Output>>)
    }

    /// Says where the work is, once that is known.
    pub(crate) fn is_at(&self, whereabouts: Arc<dyn Whereabouts>) {
        *self.whereabouts.lock() = Some(whereabouts);
    }

    fn whereabouts(&self) -> Option<Arc<dyn Whereabouts>> {
        self.whereabouts.lock().clone()
    }

    fn end(self: Arc<Self>, result: Result<C::Output, Error>, later: &dyn Fn(Later)) {
        if let Err(result) = self.state.settle_quietly(self.label, result) {
            // Callbacks and foreign wakers may block, even for another task of the same pool.
            later(Box::new(move || {
                // False: it was cancelled meanwhile, and the result is dropped here.
                self.state.settle_from_pending(self.label, result);
            }));
        }
    }
}

impl<C: Collect + 'static> Sink for Remote<C> {
    fn label(&self) -> Label {
        self.label
    }

    fn note_answer(&self) {
        // Relaxed: set while the work is where it is no more afterwards, which readers look at first, under the same lock.
        self.has_answer.store(true, Ordering::Relaxed);
    }

    fn answer(
        self: Arc<Self>,
        answers: &mut dyn Iterator<Item = (usize, Result<Message<'_>, Error>)>,
        later: &dyn Fn(Later),
    ) {
        let read = |message| {
            let read = outcome::catch(|| C::read(message)).unwrap_or_else(|panic| {
                outcome::discard(panic);
                Err("decoding it panicked".to_owned())
            });
            read.map_err(|text| Error::decode(self.label, text))
        };
        // All are read before the lock is taken, since reading runs user code.
        let pieces: Vec<_> = answers.map(|(item, answer)| (item, answer.and_then(read))).collect();
        let mut collect = self.collect.lock();
        let result = pieces.into_iter().find_map(|(item, piece)| collect.put(item, piece));
        drop(collect);
        if let Some(result) = result {
            self.end(result, later);
        }
    }
}

impl<C: Collect + 'static> Runnable for Remote<C> {
    fn label(&self) -> Label {
        self.label
    }

    /// Never queued here.
    fn run(self: Arc<Self>, _before_wake: &dyn Fn()) -> bool {
        false
    }

    fn fail(&self, error: Error) -> bool {
        self.state.fail(self.label, error)
    }

    fn cancel(&self) -> bool {
        let whereabouts = self.whereabouts();
        if let Some(whereabouts) = &whereabouts {
            // Before the state changes: once it says cancelled, the work does not start any more.
            whereabouts.recall();
        }
        let is_cancelled = self.state.cancel(self.label);
        if let Some(whereabouts) = whereabouts.filter(|_| is_cancelled) {
            // After it has changed: or the end of the work that is stopped could be told first.
            whereabouts.stop();
        }
        is_cancelled
    }

    /// Its work belongs in another process.
    fn claim(self: Arc<Self>) -> bool {
        false
    }

    /// No thread of this process has to do anything.
    fn needs(&self) -> Needs {
        Needs::Nobody
    }

    fn is_settled(&self) -> bool {
        self.state.is_settled()
    }

    fn subscribe(&self, waker: &Waker) -> bool {
        self.state.add(Subscriber::Waker(waker.clone())).is_ok()
    }
}

impl<C: Collect + 'static> Handle<C::Output> for Remote<C> {
    fn status(&self) -> Status {
        let is_running = || {
            let is_there = self.whereabouts().is_some_and(|whereabouts| whereabouts.is_running());
            is_there || self.has_answer.load(Ordering::Relaxed)
        };
        match self.state.status() {
            Status::Pending if is_running() => Status::Running,
            status => status,
        }
    }

    /// Who waits hears of the end himself where that is possible: then nobody else has to be woken first.
    fn sleep(&self, signal: &Signal, deadline: Option<Instant>) -> bool {
        if self.whereabouts().is_some_and(|whereabouts| whereabouts.listen(signal, deadline)) {
            return deadline.is_none_or(|deadline| Instant::now() < deadline);
        }
        signal.sleep(deadline)
    }

    by_its_state! { C::Output }
}
