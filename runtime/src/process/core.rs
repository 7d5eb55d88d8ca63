//! What the owner of a pool, its tasks and its supervisor share.

use std::os::fd::AsFd;
use std::time::Instant;
use std::{io, iter, mem};

use super::arguments::ArgumentRuns;
use super::batch::{Arguments, Batch, Run};
use super::lead::Leader;
use super::line::Voice;
use super::spare::Spare;
use super::state::{Delivery, Phase, State};
use super::supervisor;
use crate::error::Error;
use crate::future::{Signal, Whereabouts};
use crate::os::bell::Bell;
use crate::os::run_file::RunFile;
use crate::os::watch::{Interest, Watch};
use crate::ship::function::Function;
use crate::sync::{Arc, Condvar, Mutex, Weak};

/// How the workers of a pool are made.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) n_workers: usize,
    /// The name of the supervisor's thread.
    pub(super) name: String,
    pub(super) initializer: Option<Function>,
    /// How many tasks a worker is given before it is replaced.
    pub(super) max_tasks: usize,
}

pub(super) struct Core {
    pub(super) plan: Plan,
    pub(super) state: Mutex<State>,
    /// What the supervisor waits for.
    pub(super) watch: Watch,
    /// Rung when the supervisor has something to do that no worker tells it.
    pub(super) bell: Bell,
    /// Notified when the supervisor has ended.
    pub(super) ended: Condvar,
    /// Memory for huge arguments.
    pub(super) spare: Spare,
    /// Where their long runs are. `None`: with the rest of them.
    pub(super) argument_file: Option<Arc<RunFile>>,
}

impl Core {
    pub(super) fn new(plan: Plan) -> Result<Arc<Self>, Error> {
        let watched = || {
            let (watch, bell) = (Watch::new()?, Bell::new()?);
            watch.add(bell.as_fd(), Voice::Bell.token(), Interest::READ)?;
            Ok((watch, bell))
        };
        let refused = |error: io::Error| Error::spawn(format!("no descriptors for a pool: {error}"));
        let (watch, bell) = watched().map_err(refused)?;
        let state = Mutex::new(State::new(plan.n_workers));
        // Failure: the system has no such files, no way to protect them, or none left. Then all goes through the sockets.
        let argument_file = RunFile::create().ok().filter(|file| file.read_only().is_ok()).map(Arc::new);
        Ok(Arc::new(Self { plan, state, watch, bell, ended: Condvar::new(), spare: Spare::default(), argument_file }))
    }

    /// Whether memory is kept for huge arguments, to be given back some time.
    pub(super) fn keeps_memory(&self) -> bool {
        self.spare.is_kept() || self.argument_file.as_ref().is_some_and(|file| file.is_kept())
    }

    /// No arguments yet.
    pub(super) fn arguments(&self) -> Arguments {
        Arguments { bytes: self.spare.take(), runs: ArgumentRuns::new(self.argument_file.as_ref()) }
    }

    /// Queues a batch, and sends it at once if a worker is free. Never blocks.
    pub(super) fn push(self: &Arc<Self>, batch: Arc<Batch>) {
        let mut state = self.state.lock();
        let refusal = match (&state.broken, state.phase) {
            (Some(reason), _) => Some(Error::not_started(batch.sink.label(), reason.clone())),
            (None, Phase::Closing | Phase::Ended) => Some(Error::shutdown(batch.sink.label())),
            (None, Phase::Open) if !state.has_supervisor => match supervisor::start(Arc::clone(self)) {
                Ok(()) => {
                    state.has_supervisor = true;
                    None
                }
                Err(error) => {
                    let reason = format!("no thread for the pool's supervisor could be started: {error}");
                    Some(Error::not_started(batch.sink.label(), reason))
                }
            },
            (None, Phase::Open) => None,
        };
        if let Some(error) = refusal {
            drop(state);
            return refuse(&batch, error);
        }
        let now = Instant::now();
        // It wakes in time anyway, as mostly where one task with a limit follows the other.
        let wakes_before = |end: Instant| state.wakes_at.is_some_and(|moment| moment <= end);
        let has_limit = batch.limits.timeout.is_some_and(|limit| !now.checked_add(limit).is_some_and(wakes_before));
        let is_next = state.queue.is_empty();
        state.queue.extend(Run::all_of(&batch));
        // With others before it, the supervisor is told by the end of one of those, or has been told.
        let wants_another = is_next && state.dispatch_lazily(now);
        let alarm = mem::take(&mut state.alarm);
        state.watch_busy(&self.watch, |child| !child.leads.are_mine());
        drop(state);
        if wants_another || has_limit || alarm {
            self.bell.ring();
        }
    }

    /// Takes no more tasks.
    pub(super) fn close(&self, act: impl FnOnce(&mut State) -> Vec<Delivery>) {
        let deliveries = {
            let mut state = self.state.lock();
            let deliveries = act(&mut state);
            if state.phase == Phase::Open {
                state.phase = if state.has_supervisor { Phase::Closing } else { Phase::Ended };
            }
            deliveries
        };
        self.bell.ring();
        // On the thread of whoever closes the pool, as with threads: its callbacks may run here.
        for delivery in deliveries {
            supervisor::deliver_failure(delivery, &|task| task());
        }
    }

    /// Blocks until the supervisor, and with it every worker, has ended, and callbacks have run: unless the caller is one, or
    /// everything was killed. Wakers: the supervisor's last act, and the end of each errand.
    pub(super) fn join(&self) {
        let waits_for_errands = !supervisor::is_on_errand_of(self);
        let mut state = self.state.lock();
        while state.phase != Phase::Ended || (waits_for_errands && state.n_errands > 0 && !state.is_over) {
            state = self.ended.wait(state);
        }
    }
}

/// Tells every task of a batch that it will not run.
fn refuse(batch: &Batch, error: Error) {
    let others = || Some(error.for_next_item());
    let errors = iter::from_fn(others).take(batch.len());
    Arc::clone(&batch.sink).answer(&mut errors.map(Err).enumerate(), &|task| task());
}

/// Where a batch is, as its future sees it. Holds neither of them.
pub(super) struct Ticket {
    core: Weak<Core>,
    batch: Weak<Batch>,
}

impl Ticket {
    pub(super) fn new(core: &Arc<Core>, batch: &Arc<Batch>) -> Arc<Self> {
        Arc::new(Self { core: Arc::downgrade(core), batch: Arc::downgrade(batch) })
    }
}

impl Whereabouts for Ticket {
    fn is_running(&self) -> bool {
        let Some(core) = self.core.upgrade() else { return false };
        let state = core.state.lock();
        // Under the lock: a batch that is gone by now was answered under it.
        let batch = self.batch.upgrade();
        let is_running = batch.as_ref().is_some_and(|batch| state.is_running(batch));
        // Before the batch, which may be the last to hold what is the user's.
        drop(state);
        is_running
    }

    fn recall(&self) {
        if let (Some(core), Some(batch)) = (self.core.upgrade(), self.batch.upgrade()) {
            core.state.lock().recall(&batch);
            core.bell.ring();
        }
    }

    fn stop(&self) {
        if let (Some(core), Some(batch)) = (self.core.upgrade(), self.batch.upgrade()) {
            core.state.lock().stop(&batch, Instant::now());
            core.bell.ring();
        }
    }

    fn listen(&self, signal: &Signal, deadline: Option<Instant>) -> bool {
        let (Some(core), Some(batch)) = (self.core.upgrade(), self.batch.upgrade()) else { return false };
        Leader::of(core, batch).is_some_and(|mut leader| leader.lead(signal, deadline))
    }
}
