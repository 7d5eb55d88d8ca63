//! A thread that waits for what a worker runs, and reads what that worker says: then nobody else has to be woken to wake it.
//!
//! It takes the answers to its own task only. All else is left to the supervisor: other answers, a worker's end, and
//! callbacks, which may block. The line is called back when the supervisor needs it.

use std::os::fd::AsFd;
use std::ptr;
use std::task::Waker;
use std::time::Instant;

use super::batch::Batch;
use super::child::{Child, InFlight};
use super::core::Core;
use super::line::{Line, News, Rest};
use crate::future::Signal;
use crate::os::bell::Bell;
use crate::os::watch;
use crate::sync::{Arc, Looks, Weak};
use crate::wire::frame::Header;

/// Whether looking for answers pays. As often in vain as not, it does not: where both processes share a core, a look sometimes
/// succeeds because the other process was let in between.
static LOOKS: Looks = Looks::new(1);

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
        let mut news = News::None;
        line.page.set_haste(LOOKS.may_pay());
        LOOKS.look_for(|| {
            news = line.read(false);
            news != News::None
        });
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
        // Memory of huge messages, which the supervisor gives back some time if he knows of it.
        let keeps = line.inbox.is_large() || self.core.keeps_memory();
        let mut state = self.core.state.lock();
        // It is buried only with its line.
        let Some(child) = state.child(self.number) else { return };
        child.line = Some(line);
        child.is_called |= self.leaves_news;
        child.watch(&self.core.watch);
        let needs_supervisor = state.needs_supervisor() || (keeps && state.wakes_at.is_none());
        drop(state);
        if needs_supervisor {
            self.core.bell.ring();
        }
    }
}
