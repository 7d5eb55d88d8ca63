//! What a process pool knows, and its decisions: who gets which task. Nothing here blocks or runs user code.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::batch::{Batch, Run};
use super::child::{Age, Child, InFlight, Killed};
use crate::config;
use crate::error::Error;
use crate::future::Later;
use crate::label::Label;
use crate::os::clock::monotonic_nanos;
use crate::os::watch::Watch;
use crate::sync::Arc;

/// A worker that keeps answers back is looked after once it has been silent for so long.
pub(super) const LOOK: Duration = Duration::from_millis(1);

/// A task that has run for so long is worth taking those behind it to a free worker.
const LONG: Duration = Duration::from_micros(200);

/// How long a worker may take to go when it is told to.
pub(super) const LEAVE: Duration = Duration::from_secs(5);

/// How long the system is left alone after it refused to start a process.
const RELIEF: Duration = Duration::from_millis(200);

/// What a pool is asked to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// No more tasks; those that there are run.
    Closing,
    /// The supervisor has ended.
    Ended,
}

pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) has_supervisor: bool,
    pub(super) queue: VecDeque<Run>,
    pub(super) children: Vec<Child>,
    /// Why no task will ever run again.
    pub(super) broken: Option<String>,
    /// No task is tried again, since somebody has put an end to all of them.
    pub(super) is_over: bool,
    /// The supervisor has something to do that it would not notice by itself.
    pub(super) alarm: bool,
    /// What callbacks and wakers have been given to other threads and not run.
    pub(super) n_errands: usize,
    /// Those of them that the supervisor is to give to others.
    pub(super) errands: Vec<(Label, Later)>,
    /// When the supervisor wakes even if nothing happens, while it sleeps.
    pub(super) wakes_at: Option<Instant>,
    /// Tasks that nobody wants. To be dropped without the lock, since what they hold may be the user's.
    pub(super) rubbish: Vec<Run>,
    n_workers: usize,
    /// How many workers in a row have died before they were ready.
    pub(super) n_stillborn: usize,
    next_child: u64,
    start_after: Option<Instant>,
}

/// What is to be told to a task once the lock is released.
pub(super) struct Delivery {
    pub(super) batch: Arc<Batch>,
    pub(super) item: usize,
    pub(super) answer: Answer,
}

pub(super) enum Answer {
    /// A value, in the inbox of the worker that answered.
    Value(Range<usize>),
    Failed(Error),
}

/// What the supervisor is to do next.
pub(super) struct Agenda {
    /// The number of a worker that is to be started.
    pub(super) start: Option<u64>,
    /// Workers whose pages are to be looked into.
    pub(super) look_into: Vec<u64>,
    /// Workers that are to be heard, though they may be silent.
    pub(super) hear: Vec<u64>,
    /// What is to be given to other threads.
    pub(super) errands: Vec<(Label, Later)>,
    /// When something has to be done even if nothing happens.
    pub(super) deadline: Option<Instant>,
    /// What is to be dropped.
    pub(super) rubbish: Vec<Run>,
}

impl State {
    pub(super) fn new(n_workers: usize) -> Self {
        Self {
            phase: Phase::Open,
            has_supervisor: false,
            queue: VecDeque::new(),
            children: Vec::new(),
            broken: None,
            is_over: false,
            alarm: false,
            n_errands: 0,
            errands: Vec::new(),
            wakes_at: None,
            rubbish: Vec::new(),
            n_workers,
            n_stillborn: 0,
            next_child: 0,
            start_after: None,
        }
    }

    /// Gives tasks to workers as long as there are both, and sends them. Returns whether another worker should be started. May
    /// raise the alarm.
    pub(super) fn dispatch(&mut self, now: Instant) -> bool {
        let wants_another = self.assign(now);
        for child in self.children.iter_mut().filter(|child| !child.outbox.is_empty()) {
            self.alarm |= child.flush();
        }
        wants_another
    }

    /// Like [`dispatch`](Self::dispatch), but what a busy worker need not have yet is sent after its next answer, and
    /// what takes long to send by the supervisor.
    pub(super) fn dispatch_lazily(&mut self, now: Instant) -> bool {
        let wants_another = self.assign(now);
        for child in self.children.iter_mut().filter(|child| child.is_hungry()) {
            self.alarm |= child.flush_quickly();
        }
        wants_another
    }

    fn assign(&mut self, now: Instant) -> bool {
        let mut wants_another = false;
        while let Some(run) = self.queue.front_mut() {
            if run.batch.is_recalled() || run.items.is_empty() {
                self.rubbish.extend(self.queue.pop_front());
                self.alarm = true;
                continue;
            }
            let free = self.children.iter().position(Child::is_free);
            let serving = self.children.iter().filter(|child| !child.is_leaving() && child.killed.is_none()).count();
            if free.is_none() && serving < self.n_workers {
                if self.start_after.is_none_or(|moment| moment <= now) {
                    wants_another = true;
                    break;
                }
                // The supervisor is to come back when the system has been left alone for long enough.
                self.alarm = true;
            }
            let open = || {
                let open = self.children.iter().enumerate().filter(|(_, child)| child.accepts_more(run));
                open.min_by_key(|(_, child)| child.in_flight.len()).map(|(index, _)| index)
            };
            let Some(index) = free.or_else(open) else { break };
            let child = &mut self.children[index];
            child.give(run);
            if child.in_flight.len() > 1 && child.look_at.is_none() {
                child.look_at = Some(now + LOOK);
                self.alarm = true;
            }
            if run.items.is_empty() {
                // All its tasks are in flight, so its batch lives on.
                self.queue.pop_front();
            }
        }
        wants_another
    }

    /// What is due, and what comes next.
    pub(super) fn tick(&mut self, now: Instant) -> Agenda {
        let mut deadline: Option<Instant> = None;
        let mut until =
            |moment: Instant| deadline = Some(deadline.map_or(moment, |earlier: Instant| earlier.min(moment)));
        let mut look_into = Vec::new();
        let is_due = |child: &&Child| child.line.is_some() && (child.is_called || child.has_ended);
        let hear = self.children.iter().filter(is_due).map(|child| child.number).collect();
        if let Some(again) = self.even_out(now) {
            until(again);
        }
        let mut returned = Vec::new();
        for child in &mut self.children {
            child.forget_parts();
            if let Some(moment) = child.look_at {
                if moment <= now {
                    look_into.push(child.number);
                    child.look_at = None;
                } else {
                    until(moment);
                }
            }
            if let Some(moment) = overdue(child, now) {
                if moment.0 > now {
                    until(moment.0);
                    continue;
                }
                // First nothing else may start there, so that no other task is killed with it.
                let (others, is_running) = child.isolate_oldest();
                returned.extend(others);
                if is_running {
                    child.kill(moment.1);
                } else {
                    // Its answer is kept back, or on its way.
                    look_into.push(child.number);
                    until(now + LOOK);
                }
            }
        }
        returned.into_iter().for_each(|flying| self.requeue(flying));
        let wants_another = self.dispatch(now);
        self.children.iter().filter_map(|child| child.look_at).for_each(&mut until);
        if let Some(moment) = self.start_after.filter(|moment| *moment > now)
            && !self.queue.is_empty()
        {
            until(moment);
        }
        if self.phase == Phase::Closing && self.queue.is_empty() {
            for child in self.children.iter_mut().filter(|child| child.in_flight.is_empty()) {
                child.dismiss(now + LEAVE);
                until(now + LEAVE);
            }
        }
        let start = wants_another.then(|| {
            self.next_child += 1;
            self.next_child
        });
        // What it was for has been looked at just now.
        self.alarm = false;
        self.wakes_at = None;
        let (errands, rubbish) = (std::mem::take(&mut self.errands), std::mem::take(&mut self.rubbish));
        Agenda { start, look_into, hear, errands, deadline, rubbish }
    }

    /// Has the supervisor hear workers that have something to do and were left to [`Leads`](super::lead::Leads).
    pub(super) fn watch_busy(&mut self, watch: &Watch, is_left: impl Fn(&Child) -> bool) {
        let is_unheard = |child: &&mut Child| child.is_unheard() && is_left(child);
        self.children.iter_mut().filter(is_unheard).for_each(|child| child.watch(watch));
    }

    /// Whether there is something for the supervisor that it was not told of.
    pub(super) fn needs_supervisor(&self) -> bool {
        let is_quiet =
            |child: &Child| child.in_flight.len() <= 1 && !child.is_leaving() && !child.is_called && !child.has_ended;
        let is_idle = self.queue.is_empty() && self.errands.is_empty() && self.rubbish.is_empty();
        self.phase != Phase::Open || self.alarm || !is_idle || !self.children.iter().all(is_quiet)
    }

    pub(super) fn child(&mut self, number: u64) -> Option<&mut Child> {
        self.children.iter_mut().find(|child| child.number == number)
    }

    /// Whether a closing pool has nothing left to do.
    pub(super) fn is_finished(&self) -> bool {
        self.phase == Phase::Closing && self.queue.is_empty() && self.children.is_empty()
    }

    /// No worker could be started. If there is none at all, the tasks that wait for one learn why.
    pub(super) fn not_started(&mut self, reason: &str, now: Instant) -> Vec<Delivery> {
        self.start_after = Some(now + RELIEF);
        // One that leaves makes room for another.
        if !self.children.is_empty() {
            return Vec::new();
        }
        self.fail_queue(|task| Error::not_started(task, format!("no worker process could be started: {reason}")))
    }

    /// Ends every task that waits in the queue.
    pub(super) fn fail_queue(&mut self, error: impl Fn(Label) -> Error) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for run in self.queue.drain(..).filter(|run| !run.batch.is_recalled()) {
            for item in run.items.clone() {
                let answer = Answer::Failed(error(run.batch.sink.label()));
                deliveries.push(Delivery { batch: Arc::clone(&run.batch), item, answer });
            }
        }
        deliveries
    }

    /// Takes back everything that has not started, and ends it.
    pub(super) fn fail_pending(&mut self, error: impl Fn(Label) -> Error) -> Vec<Delivery> {
        let mut deliveries = self.fail_queue(&error);
        for child in &mut self.children {
            let mut index = 0;
            while index < child.in_flight.len() {
                match child.revoke(index) {
                    Some(InFlight { batch, item, .. }) => {
                        let answer = Answer::Failed(error(batch.sink.label()));
                        deliveries.push(Delivery { batch, item, answer });
                    }
                    None => index += 1,
                }
            }
        }
        deliveries
    }

    /// Kills every worker. What they run fails, whatever its retries.
    pub(super) fn kill_all(&mut self) {
        self.is_over = true;
        self.children.iter_mut().for_each(|child| child.kill(Killed::Otherwise));
    }

    /// Asks every worker to end. What they run fails, whatever its retries.
    pub(super) fn terminate_all(&mut self) {
        self.is_over = true;
        self.children.iter_mut().for_each(|child| child.process.terminate());
    }

    /// The pool cannot work any more, for `reason`.
    pub(super) fn break_down(&mut self, reason: String) -> Vec<Delivery> {
        let deliveries = self.fail_pending(|task| Error::not_started(task, reason.clone()));
        self.broken.get_or_insert(reason);
        self.kill_all();
        deliveries
    }

    /// Puts a task that has not run to its end at the front of the queue.
    pub(super) fn requeue(&mut self, flying: InFlight) {
        let InFlight { batch, item, retries_left, n_deaths, .. } = flying;
        match self.queue.front_mut() {
            Some(next)
                if Arc::ptr_eq(&next.batch, &batch)
                    && next.items.start == item + 1
                    && next.retries_left == retries_left
                    && (next.n_deaths, n_deaths) == (0, 0) =>
            {
                next.items.start = item;
            }
            _ => self.queue.push_front(Run { batch, items: item..item + 1, retries_left, n_deaths }),
        }
    }

    /// Takes back what of `batch` has not started; what has is not tried again.
    pub(super) fn recall(&mut self, batch: &Arc<Batch>) {
        batch.recall();
        for child in &mut self.children {
            let mut index = 0;
            while index < child.in_flight.len() {
                if !Arc::ptr_eq(&child.in_flight[index].batch, batch) || child.revoke(index).is_none() {
                    index += 1;
                }
            }
            // What is left of it has started.
            for flying in child.in_flight.iter_mut().filter(|flying| Arc::ptr_eq(&flying.batch, batch)) {
                flying.retries_left = 0;
            }
        }
    }

    /// Nobody wants what still runs of `batch`: it ends when its grace is over.
    pub(super) fn stop(&mut self, batch: &Arc<Batch>, now: Instant) {
        let flying = self.children.iter_mut().flat_map(|child| &mut child.in_flight);
        for flying in flying.filter(|flying| Arc::ptr_eq(&flying.batch, batch)) {
            flying.kill_at = batch.limits.grace.map(|grace| now + grace);
        }
    }

    /// Whether some of `batch` has started.
    pub(super) fn is_running(&self, batch: &Arc<Batch>) -> bool {
        let mut flying =
            self.children.iter().flat_map(|child| child.in_flight.iter().map(move |flying| (child, flying)));
        flying.any(|(child, flying)| Arc::ptr_eq(&flying.batch, batch) && child.page.has_started(flying.task))
    }

    /// Moves tasks from behind a long one to the queue, if a worker is free and nothing else waits. Returns when to look
    /// again, if it is too early to tell.
    fn even_out(&mut self, now: Instant) -> Option<Instant> {
        let has_free = self.children.iter().any(Child::is_free) || self.children.len() < self.n_workers;
        if !self.queue.is_empty() || !has_free {
            return None;
        }
        // Chunks stay together, since their size is the user's: one that has begun stays.
        let is_movable = |child: &&mut Child| match (child.in_flight.front(), child.in_flight.back()) {
            (Some(first), Some(last)) => !Arc::ptr_eq(&first.batch, &last.batch),
            _ => false,
        };
        let child = self.children.iter_mut().filter(is_movable).max_by_key(|child| child.in_flight.len())?;
        let ran = ran_for(child);
        if ran < LONG {
            return Some(now + (LONG - ran));
        }
        let first = Arc::clone(&child.in_flight.front()?.batch);
        let n = child.in_flight.len();
        let mut taken: Vec<InFlight> = Vec::new();
        for index in (1..n).rev() {
            let batch = &child.in_flight[index].batch;
            // Half of them, but whole chunks, and at least one.
            let goes_too = match taken.last() {
                Some(behind) => Arc::ptr_eq(batch, &behind.batch) || taken.len() + batch.len() <= n / 2,
                None => true,
            };
            if !goes_too || Arc::ptr_eq(batch, &first) {
                break;
            }
            match child.revoke(index) {
                Some(flying) => taken.push(flying),
                None => break,
            }
        }
        taken.into_iter().for_each(|flying| self.requeue(flying));
        None
    }
}

/// How long ago the worker started what it runs, or ran last.
fn ran_for(child: &Child) -> Duration {
    Duration::from_nanos(monotonic_nanos().saturating_sub(child.page.started_at()))
}

/// When and why a worker is to be killed.
fn overdue(child: &Child, now: Instant) -> Option<(Instant, Killed)> {
    if child.killed.is_some() {
        return None;
    }
    if let Age::Leaving(moment) = child.age {
        return Some((moment, Killed::Otherwise));
    }
    if child.is_mute() {
        return child.born.checked_add(config::start_limit()).map(|moment| (moment, Killed::Mute));
    }
    let running = child.in_flight.front()?;
    let has_started = child.page.has_started(running.task);
    if !has_started && !child.page.is_offered(running.task) {
        // Unless it has started just now, somebody wrote over the page, which tells nothing any more.
        let is_lost = !child.page.has_started(running.task);
        return is_lost.then_some((now, Killed::Otherwise));
    }
    let unwanted = running.kill_at.map(|moment| (moment, Killed::Otherwise));
    let too_long = running.batch.limits.timeout.map(|limit| {
        let left = if has_started { limit.saturating_sub(ran_for(child)) } else { limit };
        (now + left, Killed::RanTooLong(running.task, limit))
    });
    [unwanted, too_long].into_iter().flatten().min_by_key(|(moment, _)| *moment)
}
