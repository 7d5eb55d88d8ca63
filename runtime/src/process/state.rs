//! What a process pool knows, and its decisions: who gets which task. Nothing here blocks or runs user code.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::batch::{Batch, Run};
use super::child::{Age, Child, InFlight, Killed};
use crate::error::{DeadWorker, Error, TaskPanic};
use crate::os::clock::monotonic_nanos;
use crate::os::spawn::End;
use crate::sync::{Arc, Mutex};
use crate::wire::frame::Kind;
use crate::wire::report::PanicReport;

/// A worker that keeps answers back is looked after once it has been silent for so long.
const LOOK: Duration = Duration::from_millis(1);

/// A task that has run for so long is worth taking those behind it to a free worker.
const LONG: Duration = Duration::from_micros(200);

/// How long a worker may take to go when it is told to.
const LEAVE: Duration = Duration::from_secs(5);

/// How long the system is left alone after it refused to start a process.
const RELIEF: Duration = Duration::from_millis(200);

/// How many workers in a row may die before they are ready.
const STILLBIRTHS: usize = 3;

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
    n_workers: usize,
    n_stillborn: usize,
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
    /// When something has to be done even if nothing happens.
    pub(super) deadline: Option<Instant>,
}

impl State {
    pub(super) fn new(n_workers: usize) -> Self {
        Self {
            phase: Phase::Open,
            has_supervisor: false,
            queue: VecDeque::new(),
            children: Vec::new(),
            broken: None,
            n_workers,
            n_stillborn: 0,
            next_child: 0,
            start_after: None,
        }
    }

    /// Gives tasks to workers as long as there are both, and sends them. Returns whether another worker should be started.
    pub(super) fn dispatch(&mut self, now: Instant) -> bool {
        let wants_another = self.assign(now);
        self.children.iter_mut().filter(|child| !child.outbox.is_empty()).for_each(Child::flush);
        wants_another
    }

    /// Like [`dispatch`](Self::dispatch), but what a busy worker need not have yet is sent after its next answer. Returns
    /// whether the supervisor should come: to start another worker, because a socket is full, or for what takes long to send.
    pub(super) fn dispatch_lazily(&mut self, now: Instant) -> bool {
        let wants_another = self.assign(now);
        self.children.iter_mut().filter(|child| child.is_hungry() && !child.outbox.is_long()).for_each(Child::flush);
        wants_another || self.children.iter().any(Child::is_hungry)
    }

    fn assign(&mut self, now: Instant) -> bool {
        let mut wants_another = false;
        while let Some(run) = self.queue.front_mut() {
            if run.batch.is_recalled() || run.items.is_empty() {
                self.queue.pop_front();
                continue;
            }
            let free = self.children.iter().position(Child::is_free);
            let serving = self.children.iter().filter(|child| !child.is_leaving() && child.killed.is_none()).count();
            if free.is_none() && serving < self.n_workers && self.start_after.is_none_or(|moment| moment <= now) {
                wants_another = true;
                break;
            }
            let open = || {
                let open = self.children.iter().enumerate().filter(|(_, child)| child.accepts_more(run));
                open.min_by_key(|(_, child)| child.in_flight.len()).map(|(index, _)| index)
            };
            let Some(index) = free.or_else(open) else { break };
            let child = &mut self.children[index];
            child.give(run);
            if child.in_flight.len() > 1 {
                child.look_at.get_or_insert(now + LOOK);
            }
            if run.items.is_empty() {
                self.queue.pop_front();
            }
        }
        wants_another
    }

    /// What is due, and what comes next.
    pub(super) fn tick(&mut self, now: Instant) -> Agenda {
        let mut deadline: Option<Instant> = None;
        let mut until = |moment: Instant| deadline = Some(deadline.map_or(moment, |earlier: Instant| earlier.min(moment)));
        let mut look_into = Vec::new();
        if let Some(again) = self.even_out(now) {
            until(again);
        }
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
                if moment.0 <= now {
                    child.kill(moment.1);
                } else {
                    until(moment.0);
                }
            }
        }
        let wants_another = self.dispatch(now);
        if let Some(moment) = self.start_after
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
        Agenda { start, look_into, deadline }
    }

    /// Whether a closing pool has nothing left to do.
    pub(super) fn is_finished(&self) -> bool {
        self.phase == Phase::Closing && self.queue.is_empty() && self.children.is_empty()
    }

    /// No worker could be started. If there is none at all, the tasks that wait for one learn why.
    pub(super) fn not_started(&mut self, reason: &str, now: Instant) -> Vec<Delivery> {
        self.start_after = Some(now + RELIEF);
        if self.children.iter().any(|child| !child.is_leaving()) {
            return Vec::new();
        }
        self.fail_queue(|task| Error::not_started(task, format!("no worker process could be started: {reason}")))
    }

    /// Ends every task that waits in the queue.
    pub(super) fn fail_queue(&mut self, error: impl Fn(crate::label::Label) -> Error) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for run in self.queue.drain(..).filter(|run| !run.batch.is_recalled()) {
            for item in run.items.clone() {
                let answer = Answer::Failed(error(run.batch.sink.label()));
                deliveries.push(Delivery { batch: Arc::clone(&run.batch), item, answer });
            }
        }
        deliveries
    }

    /// Takes back everything that has not started.
    pub(super) fn cancel_pending(&mut self) -> Vec<Delivery> {
        let mut deliveries = self.fail_queue(Error::cancelled);
        for child in &mut self.children {
            let mut index = 0;
            while index < child.in_flight.len() {
                match child.revoke(index) {
                    Some(InFlight { batch, item, .. }) => {
                        let answer = Answer::Failed(Error::cancelled(batch.sink.label()));
                        deliveries.push(Delivery { batch, item, answer });
                    }
                    None => index += 1,
                }
            }
        }
        deliveries
    }

    /// Kills every worker. What they had not started goes back to the queue, so that is to be empty, and closed.
    pub(super) fn kill_all(&mut self, why: Killed) {
        self.children.iter_mut().for_each(|child| child.kill(why));
    }

    /// Asks every worker to end.
    pub(super) fn terminate_all(&mut self) {
        self.children.iter_mut().for_each(|child| child.process.terminate());
    }

    /// The pool cannot work any more, for `reason`.
    pub(super) fn break_down(&mut self, reason: String) -> Vec<Delivery> {
        let deliveries = self.fail_queue(|task| Error::not_started(task, reason.clone()));
        self.broken = Some(reason);
        for child in &mut self.children {
            child.kill(Killed::Otherwise);
        }
        deliveries
    }

    /// A worker has said something that is no answer, or answered a task.
    pub(super) fn hear(&mut self, index: usize, kind: Kind, task: u64, payload: &[u8], at: Range<usize>) -> Vec<Delivery> {
        let child = &mut self.children[index];
        let pid = child.process.pid();
        match kind {
            Kind::Ready => {
                if child.age == Age::Starting {
                    child.age = Age::Serving;
                }
                self.n_stillborn = 0;
                return Vec::new();
            }
            Kind::Refused => {
                return self.break_down(String::from_utf8_lossy(payload).into_owned());
            }
            Kind::NotInitialized => {
                let message = PanicReport::read(payload).message.unwrap_or_else(|| "no message".to_owned());
                return self.break_down(format!("the initializer panicked: {message}"));
            }
            _ => {}
        }
        let Some(InFlight { batch, item, .. }) = child.answered(task) else {
            // Recalled in the meantime; or a worker gone wild, which cannot be believed any more.
            let is_stale = child.in_flight.front().is_none_or(|oldest| oldest.task > task);
            if !is_stale {
                child.kill(Killed::Otherwise);
            }
            return Vec::new();
        };
        let label = batch.sink.label();
        let text = || String::from_utf8_lossy(payload).into_owned();
        let answer = match kind {
            Kind::Value => Answer::Value(at),
            Kind::Panicked => Answer::Failed(Error::from_panic(label, panic_of(PanicReport::read(payload), pid))),
            Kind::Undecodable => Answer::Failed(Error::decode(label, text())),
            Kind::Unencodable => Answer::Failed(Error::encode(label, text())),
            _ => {
                child.kill(Killed::Otherwise);
                Answer::Failed(Error::decode(label, "the worker answered with something else"))
            }
        };
        vec![Delivery { batch, item, answer }]
    }

    /// A worker has answered: it may get more, or go.
    pub(super) fn go_on(&mut self, index: usize, now: Instant) {
        let child = &mut self.children[index];
        child.look_at = (child.in_flight.len() > 1).then(|| now + LOOK);
        if child.is_spent() {
            child.dismiss(now + LEAVE);
        }
    }

    /// A worker had kept no answer back. If it has started the next task, it keeps none back from before that either.
    pub(super) fn look_again(&mut self, number: u64, now: Instant) {
        let Some(child) = self.children.iter_mut().find(|child| child.number == number) else { return };
        if child.in_flight.len() > 1 && child.in_flight.front().is_some_and(|next| !child.page.has_started(next.task)) {
            child.look_at = Some(now + LOOK);
        }
    }

    /// A worker is dead, and all that it had answered has been heard. What it ran fails or is tried again; what it had not
    /// started goes elsewhere.
    pub(super) fn bury(&mut self, index: usize, end: End) -> Vec<Delivery> {
        let child = self.children.swap_remove(index);
        let mut deliveries = Vec::new();
        let dead = DeadWorker { pid: child.process.pid(), signal: end.signal, exit_code: end.exit_code };
        // Backwards, so that at the front of the queue they come to lie in their order.
        for lost in child.in_flight.into_iter().rev() {
            let InFlight { task, batch, item, mut retries_left, .. } = lost;
            let was_running = child.page.has_started(task);
            if was_running && retries_left == 0 {
                let label = batch.sink.label();
                let error = match child.killed {
                    Some(Killed::RanTooLong(which, limit)) if which == task => Error::run_limit(label, limit, dead),
                    _ => Error::worker_died(label, dead),
                };
                deliveries.push(Delivery { batch, item, answer: Answer::Failed(error) });
                continue;
            }
            if was_running {
                retries_left -= 1;
            }
            put_back(&mut self.queue, batch, item, retries_left);
        }
        deliveries.reverse();
        if child.age == Age::Starting && child.killed.is_none() {
            self.n_stillborn += 1;
            if self.n_stillborn >= STILLBIRTHS {
                self.n_stillborn = 0;
                let reason = format!("worker processes end before they are ready: {dead}");
                deliveries.extend(self.fail_queue(|task| Error::not_started(task, reason.clone())));
            }
        }
        deliveries
    }

    /// Takes back what of `batch` has not started, and sees to the rest.
    pub(super) fn recall(&mut self, batch: &Arc<Batch>, now: Instant) {
        batch.recall();
        for child in &mut self.children {
            let mut index = 0;
            while index < child.in_flight.len() {
                if !Arc::ptr_eq(&child.in_flight[index].batch, batch) || child.revoke(index).is_none() {
                    index += 1;
                }
            }
            // What is left of it has started.
            let started = child.in_flight.iter_mut().filter(|flying| Arc::ptr_eq(&flying.batch, batch));
            for flying in started {
                flying.retries_left = 0;
                flying.kill_at = batch.limits.grace.map(|grace| now + grace);
            }
        }
    }

    /// Whether some of `batch` has started.
    pub(super) fn is_running(&self, batch: &Arc<Batch>) -> bool {
        let mut flying = self.children.iter().flat_map(|child| child.in_flight.iter().map(move |flying| (child, flying)));
        flying.any(|(child, flying)| Arc::ptr_eq(&flying.batch, batch) && child.page.has_started(flying.task))
    }

    /// Moves tasks from behind a long one to the queue, if a worker is free and nothing else waits. Returns when to look
    /// again, if it is too early to tell.
    fn even_out(&mut self, now: Instant) -> Option<Instant> {
        let has_free = self.children.iter().any(Child::is_free) || self.children.len() < self.n_workers;
        if !self.queue.is_empty() || !has_free {
            return None;
        }
        // Chunks stay together: their size is the user's.
        let is_movable = |child: &&mut Child| match (child.in_flight.front(), child.in_flight.back()) {
            (Some(first), Some(last)) => !Arc::ptr_eq(&first.batch, &last.batch),
            _ => false,
        };
        let child = self.children.iter_mut().filter(is_movable).max_by_key(|child| child.in_flight.len())?;
        let ran = Duration::from_nanos(monotonic_nanos().saturating_sub(child.page.started_at()));
        if ran < LONG {
            return Some(now + (LONG - ran));
        }
        let first = Arc::clone(&child.in_flight.front()?.batch);
        let half = child.in_flight.len().div_ceil(2);
        while let Some(last) = child.in_flight.back() {
            // The chunk that runs stays, and so does the one in the middle unless the queue has nothing yet.
            let is_begun = self.queue.front().is_some_and(|run| Arc::ptr_eq(&run.batch, &last.batch));
            if Arc::ptr_eq(&last.batch, &first) || (child.in_flight.len() <= half && !is_begun) {
                break;
            }
            let Some(InFlight { batch, item, retries_left, .. }) = child.revoke(child.in_flight.len() - 1) else {
                break;
            };
            put_back(&mut self.queue, batch, item, retries_left);
        }
        None
    }
}

/// Puts a task back to the front of the queue; those behind it were put back before.
fn put_back(queue: &mut VecDeque<Run>, batch: Arc<Batch>, item: usize, retries_left: u32) {
    match queue.front_mut() {
        Some(next)
            if Arc::ptr_eq(&next.batch, &batch)
                && next.items.start == item + 1
                && next.retries_left == retries_left =>
        {
            next.items.start = item;
        }
        _ => queue.push_front(Run { batch, items: item..item + 1, retries_left }),
    }
}

/// When and why a worker is to be killed.
fn overdue(child: &Child, now: Instant) -> Option<(Instant, Killed)> {
    if child.killed.is_some() {
        return None;
    }
    if let Age::Leaving(moment) = child.age {
        return Some((moment, Killed::Otherwise));
    }
    let running = child.in_flight.front()?;
    let has_started = child.page.has_started(running.task);
    let unwanted = running.kill_at.map(|moment| (moment, Killed::Otherwise));
    let too_long = running.batch.limits.timeout.map(|limit| {
        let ran = monotonic_nanos().saturating_sub(child.page.started_at());
        let left = if has_started { limit.saturating_sub(Duration::from_nanos(ran)) } else { limit };
        (now + left, Killed::RanTooLong(running.task, limit))
    });
    [unwanted, too_long].into_iter().flatten().min_by_key(|(moment, _)| *moment)
}

fn panic_of(report: PanicReport, pid: u32) -> TaskPanic {
    let PanicReport { message, place, backtrace } = report;
    let payload = message.clone().map(|message| Mutex::new(Box::new(message) as Box<dyn std::any::Any + Send>));
    TaskPanic { message, place, process: Some((pid, backtrace)), payload }
}
