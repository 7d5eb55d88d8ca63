//! Tasks waiting for threads, first come, first served; and the threads, started when tasks need them.
//!
//! A thread is free, blocked or running. At most `n_threads` of the plan run, but for those that were blocked and go on.
//! While some are blocked, spare threads may take their places; later these stay among the free ones.

mod front;
mod ticket;
mod threads;

use std::cell::Cell;
use std::collections::VecDeque;
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use self::front::{Front, Locked};
use self::ticket::Ticket;
use super::watchdog::Watch;
use crate::error::Error;
use crate::future::{Runnable, enter_end_of};
use crate::looks::look_for;
use crate::perturb;
use crate::sync::{Arc, AtomicBool, AtomicUsize, Condvar, Mutex, MutexGuard, Ordering};
use crate::task::context::{self, Host, PoolId};

/// What each worker runs before its first task.
pub(super) type Initializer = Box<dyn Fn() + Send + Sync>;

/// How the threads of a queue are made.
pub(super) struct Plan {
    pub(super) pool: PoolId,
    pub(super) n_threads: usize,
    /// Threads are called `{name}-{index}`.
    pub(super) name: String,
    pub(super) initializer: Option<Initializer>,
    /// For how long the pool may get nowhere before that is told.
    pub(super) watchdog: Option<Duration>,
}

impl Plan {
    /// How many threads there may be, spare ones included.
    pub(super) fn max_threads(&self) -> u32 {
        u32::try_from(self.n_threads).unwrap_or(u32::MAX).saturating_mul(2)
    }
}

/// Tasks, and threads that run them until the queue is closed and empty.
pub(super) struct Queue {
    plan: Plan,
    watch: Option<Watch>,
    state: Mutex<State>,
    front: Front<Ticket>,
    /// Whether there are more threads than may run at once, so that one that ends a task may have to stand back.
    has_spares: AtomicBool,
    /// Threads that sleep, look for a task, or are on their way to do so and do nothing else before. Goes up at any time,
    /// and down under the lock only.
    n_free: AtomicUsize,
    /// Told to the thread that looks for a task before it sleeps.
    bell: AtomicBool,
    /// Notified when a thread ends, and when the queue is closed.
    ended: Condvar,
}

struct State {
    /// What is queued behind the front.
    tasks: VecDeque<Ticket>,
    /// Threads that live, or are about to.
    n_threads: usize,
    /// Threads that ever were, for their names.
    n_started: usize,
    /// Free threads that sleep and have no wake-up on its way to them. The last one is woken first.
    asleep: Vec<Thread>,
    /// Whether a free thread looks for a task before it sleeps. One at a time: more would only take time from others.
    looking: bool,
    /// Threads whose task waits for something.
    n_blocked: usize,
    threads: Vec<JoinHandle<()>>,
    closed: bool,
    /// Why no task will ever run again.
    broken: Option<String>,
}

impl Queue {
    pub(super) fn new(plan: Plan) -> Arc<Self> {
        let state = State {
            tasks: VecDeque::new(),
            n_threads: 0,
            n_started: 0,
            asleep: Vec::new(),
            looking: false,
            n_blocked: 0,
            threads: Vec::new(),
            closed: false,
            broken: None,
        };
        Arc::new(Self {
            watch: plan.watchdog.map(Watch::new),
            plan,
            state: Mutex::new(state),
            front: Front::new(),
            has_spares: AtomicBool::new(false),
            n_free: AtomicUsize::new(0),
            bell: AtomicBool::new(false),
            ended: Condvar::new(),
        })
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Queues `task`, and starts a thread if none is free for it. Never blocks; a task that cannot be queued fails.
    pub(super) fn push(self: &Arc<Self>, task: Arc<dyn Runnable>) {
        perturb::point();
        let ticket = Ticket::new(task);
        let mut state = self.state.lock();
        if let Some(reason) = state.broken.clone() {
            drop(state);
            return ticket.fail(|task| Error::not_started(task, reason));
        }
        if state.closed {
            drop(state);
            return ticket.fail(Error::shutdown);
        }
        state.tasks.push_back(ticket);
        if state.asleep.is_empty() && !self.may_live_one_more(&state) {
            // Nobody to be woken or started. That is seen without what busy threads change all the time.
            return self.ring(&state);
        }
        let (n_queued, n_free) = (self.n_queued(&state), self.n_free());
        if n_queued > n_free && self.may_start(&state) {
            self.start_thread(state);
        } else {
            self.ring(&state);
            self.wake_if_needed(state);
        }
    }

    /// One more of the queued tasks may run: sees to it that there is a thread for it.
    fn provide(self: &Arc<Self>, state: MutexGuard<'_, State>) {
        let n_queued = self.n_queued(&state);
        if n_queued > self.n_free() && self.may_start(&state) {
            self.start_thread(state);
        } else if n_queued > 0 {
            self.ring(&state);
            wake_one(state);
        }
    }

    /// Tells the thread that looks for a task, if there is one, that there may be one.
    fn ring(&self, state: &State) {
        if state.looking {
            // Relaxed: whoever hears it takes the lock to see what there is.
            self.bell.store(true, Ordering::Relaxed);
        }
    }

    /// Something is queued: wakes a thread if none is about to look for it, and one more may run.
    ///
    /// One at a time: that one will see whether there is more, and then do the same. Those who submit would often wake them
    /// all for what one of them soon finds to be done.
    fn wake_if_needed(&self, state: MutexGuard<'_, State>) {
        if self.n_free() == state.asleep.len() && self.n_running(&state) < self.plan.n_threads {
            wake_one(state);
        }
    }

    fn wake_all(&self, state: &mut State) {
        self.ring(state);
        state.asleep.drain(..).for_each(|thread| thread.unpark());
    }

    /// How many tasks are queued; or were just now, for busy threads may take some meanwhile.
    fn n_queued(&self, state: &State) -> usize {
        state.tasks.len() + self.front.len()
    }

    /// Everything that is queued.
    fn take_all(&self, state: &mut State) -> VecDeque<Ticket> {
        let mut front = self.front.lock();
        front.move_up(&mut state.tasks);
        front.take_all()
    }

    fn n_free(&self) -> usize {
        // Relaxed: it goes down under the lock, which the reader holds; and who has seen the end of a task sees that its
        // thread was counted before, through the task's own lock.
        self.n_free.load(Ordering::Relaxed)
    }

    /// Threads that run a task, or are on their way to their first.
    fn n_running(&self, state: &State) -> usize {
        state.n_threads - state.n_blocked - self.n_free()
    }

    /// Whether one more task may run, and one more thread may live.
    fn may_start(&self, state: &State) -> bool {
        self.n_running(state) < self.plan.n_threads && self.may_live_one_more(state)
    }

    fn may_live_one_more(&self, state: &State) -> bool {
        let n = self.plan.n_threads;
        state.n_threads < n + state.n_blocked.min(n)
    }

    /// Takes no more tasks. Those queued are still run.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        self.wake_all(&mut state);
        drop(state);
        self.ended.notify_all();
        perturb::point();
    }

    /// Takes no more tasks, and cancels those queued.
    pub(super) fn close_and_cancel(&self) {
        let queued = {
            let mut state = self.state.lock();
            state.closed = true;
            self.wake_all(&mut state);
            self.take_all(&mut state)
        };
        self.ended.notify_all();
        // Cancelling runs callbacks and destructors, so it happens outside the lock.
        queued.into_iter().for_each(Ticket::cancel);
    }

    /// Waits until every thread of a closed queue has ended; not if one of them waits for the calling thread.
    pub(super) fn join(&self) {
        let _entry = match enter_end_of(self.plan.pool) {
            Ok(entry) => entry,
            Err(deadlock) => {
                eprintln!("concurrent-futures: shutting down {} does not wait: {deadlock}", self.plan.name);
                return;
            }
        };
        let _blocked = context::block();
        let mut state = self.state.lock();
        while state.n_threads > 0 {
            // Waker: the last thread, in `Leave::drop`. Threads end because the queue is closed and their tasks end.
            state = self.ended.wait(state);
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        // It may be one of them, on its way out: the pool was kept in one of its locals.
        let own = thread::current().id();
        for thread in threads.into_iter().filter(|thread| thread.thread().id() != own) {
            // Waker: the end of a thread that has nothing left to do. It cannot have panicked with anything to tell.
            thread.join().ok();
        }
    }

    /// The next task; sleeps until there is one. `None` when the queue is closed and empty.
    ///
    /// `has_next` is kept between calls: whether there was one more behind it, and all threads had been started.
    fn next(&self, has_next: &Cell<bool>) -> Option<Ticket> {
        let mut is_free = context::note_free(false);
        if !is_free && has_next.get() && !self.has_spares.load(Ordering::Relaxed) {
            // It has ended a task, so it may start one: no more run than before.
            let mut front = self.front.lock();
            if let Some(ticket) = self.take_one(&mut front) {
                has_next.set(!front.is_empty());
                return Some(ticket);
            }
        }
        let mut state = self.state.lock();
        let mut has_looked = false;
        loop {
            let n_others = self.n_running(&state) - usize::from(!is_free);
            let mut front = self.front.lock();
            front.move_up(&mut state.tasks);
            let ticket = if n_others < self.plan.n_threads { self.take_one(&mut front) } else { None };
            let is_empty = front.is_empty();
            drop(front);
            if ticket.is_some() {
                if is_free {
                    self.n_free.fetch_sub(1, Ordering::Relaxed);
                }
                // Before all threads are there, those who submit have to know which are free.
                has_next.set(!is_empty && state.n_threads >= self.plan.n_threads);
                if !is_empty {
                    self.wake_if_needed(state);
                }
                return ticket;
            }
            if !is_free {
                is_free = true;
                self.n_free.fetch_add(1, Ordering::Relaxed);
            }
            if state.broken.is_some() || (state.closed && is_empty) {
                self.n_free.fetch_sub(1, Ordering::Relaxed);
                return None;
            }
            state = if !has_looked && !state.looking && is_empty {
                has_looked = true;
                self.look(state)
            } else {
                self.sleep(state)
            };
        }
    }

    /// The first task, unless a test wants another order. On one worker the order is promised: that one runs alone.
    fn take_one(&self, front: &mut Locked<'_, Ticket>) -> Option<Ticket> {
        front.take(|n| if self.plan.n_threads > 1 { perturb::choose(n) } else { 0 })
    }

    /// Looks for a few microseconds whether a task comes: the next one often follows soon, and finds this thread awake.
    fn look<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.looking = true;
        self.bell.store(false, Ordering::Relaxed);
        drop(state);
        perturb::point();
        look_for(|| self.bell.load(Ordering::Relaxed));
        // Whether or not the bell was heard: what is in the queue counts, which is seen under the lock.
        let mut state = self.state.lock();
        state.looking = false;
        state
    }

    fn sleep<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let thread = thread::current();
        let own = thread.id();
        state.asleep.push(thread);
        // Still among them: unparked by somebody else.
        while state.asleep.iter().any(|thread| thread.id() == own) {
            drop(state);
            // Waker: `push`, `provide`, whatever closes the queue, and a thread that leaves a closed queue.
            thread::park();
            state = self.state.lock();
        }
        state
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        context::forget(self.plan.pool);
    }
}

impl Host for Queue {
    fn worker_blocks(self: Arc<Self>) {
        if let Some(watch) = &self.watch {
            watch.note_blocked(true);
        }
        let mut state = self.state.lock();
        state.n_blocked += 1;
        self.provide(state);
    }

    fn worker_goes_on(&self) {
        if let Some(watch) = &self.watch {
            watch.note_blocked(false);
        }
        self.state.lock().n_blocked -= 1;
    }

    fn worker_is_busy_again(self: Arc<Self>) {
        let state = self.state.lock();
        self.n_free.fetch_sub(1, Ordering::Relaxed);
        self.provide(state);
    }
}

/// Wakes the thread that went to sleep last: it is the least cold, and the others can sleep on while one is enough.
fn wake_one(mut state: MutexGuard<'_, State>) {
    let woken = state.asleep.pop();
    // It may run at once, in the place of this thread, and needs the lock.
    drop(state);
    if let Some(thread) = woken {
        thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::future::{Home, new_task};
    use crate::label::Label;

    #[test]
    fn a_task_dropped_with_its_queue_ends_with_an_error() {
        let pool = PoolId::next();
        let plan = Plan { pool, n_threads: 1, name: "unused".to_owned(), initializer: None, watchdog: None };
        let queue = Queue::new(plan);
        let home = Home { pool, max_threads: 2, is_exclusive: false };
        let (task, future) = new_task(Label::new("dropped"), home, || 7);
        queue.state.lock().tasks.push_back(Ticket::new(task));
        drop(queue);
        assert!(future.wait_timeout(Duration::from_secs(60)), "nobody waits for ever");
        assert!(future.result().is_err_and(|error| error.is_shutdown()));
    }
}
