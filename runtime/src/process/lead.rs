//! A thread that waits for what a worker runs, and reads what that worker says: then nobody else has to be woken to wake it.
//!
//! It takes the answers to its own task only. All else is left to the supervisor: other answers, a worker's end, and
//! callbacks, which may block. The line is called back when the supervisor needs it.

use std::os::fd::AsFd;
use std::ptr;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::batch::Batch;
use super::child::{Child, InFlight};
use super::core::Core;
use super::line::{Line, News, Rest};
use crate::future::Signal;
use crate::looks::{Looks, PATIENCE};
use crate::os::bell::Bell;
use crate::os::cpu;
use crate::os::watch;
use crate::sync::{Arc, Weak};
use crate::task::context::{self, ThreadId};
use crate::wire::frame::Header;

/// Whether looking for answers pays. As often in vain as not, it does not: where both processes share a core, a look sometimes
/// succeeds because the other process was let in between.
static LOOKS: Looks = Looks::new(PATIENCE, 1);

/// How long the supervisor leaves a line alone that is lent often.
pub(super) const AWAY: Duration = Duration::from_millis(2);

/// So many times in that time are often.
const OFTEN: u32 = 8;

pub(super) struct Leader {
    core: Arc<Core>,
    /// What it waits for.
    batch: Weak<Batch>,
    /// The worker's.
    number: u64,
    /// `None` once it was given back.
    line: Option<Line>,
    /// Rung when the supervisor needs the line.
    bell: Arc<Bell>,
    /// There is something for the supervisor to read.
    leaves_news: bool,
}

impl Leader {
    /// Takes the line of the worker that runs `batch`, if nothing else is to be heard there.
    pub(super) fn of(core: Arc<Core>, batch: Arc<Batch>) -> Option<Self> {
        let (number, line, bell) = {
            let mut state = core.state.lock();
            let lend = |child: &mut Child| {
                child.lend_line(&batch).map(|line| {
                    child.watch(&core.watch);
                    (child.number, line, Arc::clone(&child.bell))
                })
            };
            state.children.iter_mut().find_map(lend)?
        };
        Some(Self { core, batch: Arc::downgrade(&batch), number, line: Some(line), bell, leaves_news: false })
    }

    /// Reads until an answer has come, `signal` is set, `deadline` has come, or the supervisor needs the line. False if the
    /// system refuses to wait.
    pub(super) fn lead(&mut self, signal: &Signal, deadline: Option<Instant>) -> bool {
        let Some(line) = &mut self.line else { return false };
        let here = cpu::current();
        line.page.set_waiter(Some(here));
        // The answer may be there already: who is woken on the same core may run first.
        let mut news = line.read(false);
        // A worker that sleeps takes longer to wake than a look, and one on the same core runs when this thread sleeps.
        if news == News::None && line.page.awake_at().is_some_and(|there| there.may_differ_from(here)) {
            LOOKS.look_for(|| {
                news = line.read(false);
                news != News::None
            });
        }
        let waker = Waker::from(Arc::clone(&self.bell));
        loop {
            match news {
                News::None => {}
                News::Some if self.hear() => return true,
                News::Some => {}
                News::Closed => {
                    self.leaves_news = true;
                    return true;
                }
            }
            let Some(line) = &mut self.line else { return true };
            let limit = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let mut ready = Ok([false; 2]);
            // Wakers: the worker, which answers or ends; the bell, which the end of the task rings, whichever it is, and the
            // supervisor when it needs the line; the clock.
            let is_told = signal.sleep_elsewhere(&waker, || {
                ready = watch::wait([line.socket.as_fd(), self.bell.as_fd()], limit);
            });
            let Ok([speaks, rings]) = ready else { return false };
            if rings {
                self.bell.silence();
            }
            if is_told || rings || (!speaks && limit.is_some_and(|limit| limit.is_zero())) {
                return true;
            }
            news = line.read(false);
        }
    }

    /// Takes the answer from what has come. True if there was one, or something else.
    fn hear(&mut self) -> bool {
        let Some(line) = &mut self.line else { return true };
        let is_own = |child: &Child, header: &Header| {
            let oldest = child.in_flight.front();
            let is_own = |oldest: &InFlight| {
                oldest.task == header.number && ptr::eq(Arc::as_ptr(&oldest.batch), self.batch.as_ptr())
            };
            header.kind.is_answer() && oldest.is_some_and(is_own)
        };
        let (deliveries, rest) = self.core.understand(self.number, line, is_own);
        self.leaves_news |= rest != Rest::Nothing;
        let is_over = self.leaves_news || !deliveries.is_empty();
        self.core.deliver(deliveries, Some(line), &|label, task| {
            // The supervisor is told when it gets the line.
            let mut state = self.core.state.lock();
            state.n_errands += 1;
            state.errands.push((label, task));
        });
        is_over
    }
}

/// Gives the line back.
impl Drop for Leader {
    fn drop(&mut self) {
        let Some(line) = self.line.take() else { return };
        // Memory of huge messages, which the supervisor gives back some time if it knows of it.
        let keeps = line.inbox.is_large() || self.core.keeps_memory();
        let mut state = self.core.state.lock();
        let now = Instant::now();
        let wakes_soon = state.wakes_at.is_some_and(|moment| moment <= now + AWAY);
        // It is buried only with its line.
        let Some(child) = state.child(self.number) else { return };
        child.line = Some(line);
        child.is_called |= self.leaves_news;
        let is_often = child.leads.note(now);
        if !(wakes_soon && child.in_flight.is_empty()) {
            child.watch(&self.core.watch);
        }
        let is_awaited = !wakes_soon && (is_often || (keeps && state.wakes_at.is_none()));
        let needs_supervisor = is_awaited || state.needs_supervisor();
        drop(state);
        if needs_supervisor {
            self.core.bell.ring();
        }
    }
}

/// How often a line was lent lately, and to whom.
///
/// A thread that waits for one task after the other takes the line each time. So long as that goes on, the supervisor
/// leaves it alone, also in between: then no system call tells it to, and a worker that is faster than the thread wakes
/// nobody else.
#[derive(Debug)]
pub(super) struct Leads {
    since: Instant,
    n: u32,
    /// To whom last.
    thread: Option<ThreadId>,
}

impl Leads {
    pub(super) fn none() -> Self {
        Self { since: Instant::now(), n: 0, thread: None }
    }

    /// The line was lent to the calling thread. Returns whether that happens often.
    fn note(&mut self, now: Instant) -> bool {
        if now.saturating_duration_since(self.since) > AWAY {
            (self.since, self.n) = (now, 0);
        }
        self.n += 1;
        self.thread = Some(context::thread_id());
        self.n >= OFTEN
    }

    /// Whether it was lent often since the supervisor asked last.
    pub(super) fn were_many(&mut self, now: Instant) -> bool {
        self.since = now;
        std::mem::take(&mut self.n) >= OFTEN
    }

    /// Whether it was lent to the calling thread, which is likely to take it again.
    pub(super) fn are_mine(&self) -> bool {
        self.thread == Some(context::thread_id())
    }
}
