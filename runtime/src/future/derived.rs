//! A task made of other tasks' results: it has no pool, and goes on wherever the task that it waits for ends.

use std::task::{Wake, Waker};

use super::ended::Ended;
use super::handle::Future;
use super::state::{Callback, Place, State, Status};
use super::subscribers::Subscriber;
use super::task_cell::{Handle, Needs, Runnable, by_its_state};
use crate::error::Error;
use crate::label::Label;
use crate::perturb;
use crate::sync::Arc;
use crate::sync::modelled::Mutex;
use crate::task::context::{self, Stoppable};
use crate::task::outcome;

/// How far a derived task has come.
pub(super) enum Step<T> {
    /// It needs the end of this task. It is asked again then.
    Needs(Arc<dyn Runnable>),
    /// The same, of a task that did not exist before: who waits may be the one who has to run it.
    NeedsNew(Arc<dyn Runnable>),
    Ended(Result<T, Error>),
}

/// What a derived task does. Called until it has ended.
type Script<T> = Box<dyn FnMut() -> Step<T> + Send>;

/// The task that `script` describes. Cancelling it cancels `sources` too.
pub(super) fn derive<T: Send + 'static>(
    label: Label,
    sources: Vec<Arc<dyn Runnable>>,
    script: impl FnMut() -> Step<T> + Send + 'static,
) -> Future<T> {
    let script: Script<T> = Box::new(script);
    let task = Arc::new(Derived {
        label,
        sources,
        state: State::pending(script),
        needed: Mutex::new(None),
        turn: Mutex::new(Turn::Idle),
    });
    task.drive();
    Future::of(task)
}

struct Derived<T: 'static> {
    label: Label,
    sources: Vec<Arc<dyn Runnable>>,
    /// Running while the script is, pending in between.
    state: State<Script<T>, T>,
    /// What the script waits for.
    needed: Mutex<Option<Arc<dyn Runnable>>>,
    turn: Mutex<Turn>,
}

/// Whether somebody drives a derived task. Only one thread does at a time.
enum Turn {
    Idle,
    Driven,
    /// Woken meanwhile: whoever drives goes round once more.
    Again,
}

impl<T: Send + 'static> Derived<T> {
    /// Goes on as far as possible.
    fn drive(self: &Arc<Self>) {
        if !self.begin() {
            return;
        }
        // The thread may have been counted as free when it woke us, but what comes now is the user's and may take long.
        context::busy_again();
        let waker = Waker::from(Arc::clone(self));
        // `None`: it has ended, and nobody needs to drive it any more.
        while let Some(mut script) = self.state.start() {
            let _inside = context::enter(self.label, None, Some(Arc::clone(self) as Arc<dyn Stoppable>));
            match outcome::run(self.label, &mut script) {
                Ok(Step::Needs(task)) => {
                    if self.suspend(script, task, &waker, false) {
                        return;
                    }
                }
                Ok(Step::NeedsNew(task)) => {
                    if self.suspend(script, task, &waker, true) {
                        return;
                    }
                }
                Ok(Step::Ended(result)) => self.end(script, result),
                Err(panic) => self.end(script, Err(panic)),
            }
        }
    }

    /// Puts the script aside until `task`, which may be new, ends. False if it is to go on at once.
    fn suspend(&self, script: Script<T>, task: Arc<dyn Runnable>, waker: &Waker, is_new: bool) -> bool {
        let before = self.needed.lock().replace(Arc::clone(&task));
        self.state.suspend(script);
        perturb::point();
        if self.state.is_asked_to_stop() {
            // By a cancel that came while the script looked around.
            self.cancel();
            return false;
        }
        let pauses = task.subscribe(waker) && self.pause();
        // Addresses without vtables, of which there may be several for one type.
        let is_same = |before: Arc<dyn Runnable>| std::ptr::addr_eq(Arc::as_ptr(&before), Arc::as_ptr(&task));
        // Woken although what it needs has not ended: that needs something new, and who waits for us has to know.
        if is_new || before.is_some_and(is_same) {
            self.state.nudge(self.label);
        }
        pauses
    }

    fn end(&self, script: Script<T>, result: Result<T, Error>) {
        outcome::contain("dropping the arguments", self.label, || drop(script));
        self.state.finish(self.label, result, &|| ());
        self.needed.lock().take();
    }

    /// False if somebody drives it already, who has been told to look again.
    fn begin(&self) -> bool {
        let mut turn = self.turn.lock();
        match *turn {
            Turn::Idle => {
                *turn = Turn::Driven;
                true
            }
            Turn::Driven | Turn::Again => {
                *turn = Turn::Again;
                false
            }
        }
    }

    /// False if it was woken meanwhile.
    fn pause(&self) -> bool {
        let mut turn = self.turn.lock();
        match *turn {
            Turn::Again => {
                *turn = Turn::Driven;
                false
            }
            Turn::Idle | Turn::Driven => {
                *turn = Turn::Idle;
                true
            }
        }
    }

    fn needed(&self) -> Option<Arc<dyn Runnable>> {
        self.needed.lock().clone()
    }
}

impl<T: Send + 'static> Wake for Derived<T> {
    fn wake(self: Arc<Self>) {
        self.drive();
    }
}

impl<T: Send + 'static> Runnable for Derived<T> {
    fn label(&self) -> Label {
        self.label
    }

    /// Never queued; it drives itself.
    fn run(self: Arc<Self>, _before_wake: &dyn Fn()) -> bool {
        self.drive();
        self.is_settled()
    }

    fn fail(&self, error: Error) -> bool {
        self.state.fail(self.label, error)
    }

    fn cancel(&self) -> bool {
        // The last one first, as everywhere: those behind do not start while those in front are cancelled. The end of
        // the last one needed ends this task too.
        let sources = self.sources.iter().rev().cloned();
        for task in sources.chain(self.needed()) {
            task.cancel();
        }
        let is_cancelled = self.state.cancel(self.label);
        self.needed.lock().take();
        is_cancelled
    }

    /// Runs what it is made of, as far as that may run here.
    fn claim(self: Arc<Self>) -> bool {
        if !context::inside_worker() {
            return false;
        }
        for source in &self.sources {
            Arc::clone(source).claim();
        }
        while !self.is_settled() {
            // Not to be run here, or it has ended and another thread is about to go on with this one: wait for that.
            if !self.needed().is_some_and(|task| !task.is_settled() && task.claim()) {
                break;
            }
        }
        self.is_settled()
    }

    fn needs(&self) -> Needs {
        match self.state.place() {
            Place::Waiting => self.needed().map_or(Needs::Nobody, |task| task.needs()),
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

impl<T: Send> Stoppable for Derived<T> {
    fn is_asked_to_stop(&self) -> bool {
        self.state.is_asked_to_stop()
    }
}

impl<T: Send + 'static> Handle<T> for Derived<T> {
    fn status(&self) -> Status {
        self.state.status()
    }

    by_its_state! { T }
}
