//! What workers say, and what becomes of their tasks when they end.

use std::any::Any;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::child::{Age, InFlight, Killed};
use super::state::{Answer, Delivery, LEAVE, LOOK, State};
use crate::config;
use crate::error::{DeadWorker, Error, TaskPanic};
use crate::os::spawn::End;
use crate::sync::Mutex;
use crate::wire::frame::Kind;
use crate::wire::report::PanicReport;

/// How many workers in a row may die before they are ready.
const STILLBIRTHS: usize = 3;

/// How many workers may die when it was the turn of a task that had not started, before it counts as the cause.
const UNSTARTED: u32 = 3;

impl State {
    /// A worker has said something that is no answer, or answered a task: `deliveries` gets what is to be told for it.
    pub(super) fn hear(
        &mut self,
        index: usize,
        kind: Kind,
        task: u64,
        payload: &[u8],
        at: Range<usize>,
        deliveries: &mut Vec<Delivery>,
    ) {
        let child = &mut self.children[index];
        let pid = child.process.pid();
        match kind {
            Kind::Ready => {
                if child.age == Age::Starting {
                    child.age = Age::Serving;
                }
                self.n_stillborn = 0;
                return;
            }
            Kind::Refused => {
                return deliveries.extend(self.break_down(String::from_utf8_lossy(payload).into_owned()));
            }
            Kind::NotInitialized => {
                let message = PanicReport::read(payload).message.unwrap_or_else(|| "no message".to_owned());
                return deliveries.extend(self.break_down(format!("the initializer panicked: {message}")));
            }
            Kind::Skipped => {
                if child.in_flight.iter().any(|flying| flying.task == task) {
                    child.kill(Killed::Otherwise);
                }
                return;
            }
            _ => {}
        }
        let Some(InFlight { batch, item, .. }) = child.answered(task) else {
            // Recalled in the meantime; or a worker gone wild, which cannot be believed any more.
            let is_stale = child.in_flight.front().is_none_or(|oldest| oldest.task > task);
            if !is_stale {
                child.kill(Killed::Otherwise);
            }
            return;
        };
        batch.sink.note_answer();
        let label = || batch.sink.label();
        let text = || String::from_utf8_lossy(payload).into_owned();
        let answer = match kind {
            Kind::Value => Answer::Value(at),
            Kind::Panicked => Answer::Failed(Error::from_panic(label(), panic_of(PanicReport::read(payload), pid))),
            Kind::Undecodable => Answer::Failed(Error::decode(label(), text())),
            Kind::Unencodable => Answer::Failed(Error::encode(label(), text())),
            _ => {
                child.kill(Killed::Otherwise);
                Answer::Failed(Error::decode(label(), "the worker answered with something else"))
            }
        };
        deliveries.push(Delivery { batch, item, answer });
    }

    /// A worker has answered: it may get more, or go.
    pub(super) fn go_on(&mut self, index: usize, now: Instant) {
        let child = &mut self.children[index];
        child.look_at = (child.in_flight.len() > 1).then(|| now + LOOK);
        if child.is_spent() {
            child.dismiss(now + LEAVE);
        }
    }

    /// A worker had kept no answer back at `looked`, in nanoseconds of the monotonic clock. That says little if its next task
    /// had not started, or not long before.
    pub(super) fn look_again(&mut self, number: u64, looked: u64, now: Instant) {
        let Some(child) = self.children.iter_mut().find(|child| child.number == number) else { return };
        let Some(next) = child.in_flight.front().filter(|_| child.in_flight.len() > 1) else { return };
        // One that has run for so long is answered before another starts (see `Answers::flush_old`).
        let has_started = child.page.has_started(next.task);
        // Read second: before it started, this is the start of another.
        let ran = Duration::from_nanos(looked.saturating_sub(child.page.started_at()));
        let is_long = has_started && ran >= LOOK;
        if !is_long {
            child.look_at = Some(now + LOOK);
        }
    }

    /// A worker is dead, and all that it had answered has been heard. What it ran fails or is tried again; what it had not
    /// started goes elsewhere.
    pub(super) fn bury(&mut self, index: usize, end: End) -> Vec<Delivery> {
        let child = self.children.swap_remove(index);
        let mut deliveries = Vec::new();
        let dead = DeadWorker { pid: child.process.pid(), signal: end.signal, exit_code: end.exit_code };
        let died_by_itself = matches!(child.killed, None | Some(Killed::Deaf));
        // Backwards, so that at the front of the queue they come to lie in their order.
        for (index, mut lost) in child.in_flight.into_iter().enumerate().rev() {
            let task = lost.task;
            let is_oldest = index == 0;
            let mut was_running = child.page.has_started(task);
            if is_oldest && !was_running {
                // Somebody wrote over the page: the task itself, for all we know.
                was_running = !child.page.is_offered(task);
                // What dies before its task starts may do so again and again: something that the task needs kills it.
                if died_by_itself && child.age != Age::Starting {
                    lost.n_deaths += 1;
                    was_running |= lost.n_deaths >= UNSTARTED;
                }
            }
            if was_running && (lost.retries_left == 0 || self.is_over) {
                let InFlight { batch, item, .. } = lost;
                batch.sink.note_answer();
                let label = batch.sink.label();
                let error = match child.killed {
                    Some(Killed::RanTooLong(which, limit)) if which == task => Error::run_limit(label, limit, dead),
                    _ => Error::worker_died(label, dead),
                };
                deliveries.push(Delivery { batch, item, answer: Answer::Failed(error) });
                continue;
            }
            if was_running {
                lost.retries_left -= 1;
                lost.n_deaths = 0;
            }
            self.requeue(lost);
        }
        deliveries.reverse();
        if child.age == Age::Starting && died_by_itself {
            self.n_stillborn += 1;
            if self.n_stillborn >= STILLBIRTHS {
                self.n_stillborn = 0;
                let reason = format!("worker processes end before they are ready: {dead}");
                deliveries.extend(self.fail_queue(|task| Error::not_started(task, reason.clone())));
            }
        }
        if child.killed == Some(Killed::Mute) && !self.children.iter().any(|child| child.age == Age::Serving) {
            let limit = config::start_limit();
            let reason = format!(
                "a worker process said nothing for {limit:?} after its start: what runs before `main`, or before \
                 `concurrent_futures::init()`, holds it up"
            );
            deliveries.extend(self.fail_queue(|task| Error::not_started(task, reason.clone())));
        }
        if let Some(reason) = self.broken.clone() {
            deliveries.extend(self.fail_queue(|task| Error::not_started(task, reason.clone())));
        } else if self.is_over {
            deliveries.extend(self.fail_queue(Error::shutdown));
        }
        deliveries
    }
}

fn panic_of(report: PanicReport, pid: u32) -> TaskPanic {
    let PanicReport { message, place, backtrace } = report;
    let payload = message.clone().map(|message| Mutex::new(Box::new(message) as Box<dyn Any + Send>));
    TaskPanic { message, place, process: Some((pid, backtrace)), payload }
}
