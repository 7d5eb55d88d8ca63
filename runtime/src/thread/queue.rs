//! Tasks waiting for threads, first come, first served; and the threads, started when tasks need them.
//!
//! A thread is free, blocked or running. At most `n_threads` of the plan run, but for those that were blocked and go on.
//! While some are blocked, spare threads may take their places; later these stay among the free ones.

use std::collections::VecDeque;
use std::thread::{self, JoinHandle};

use super::stack;
use crate::error::Error;
use crate::future::{Runnable, enter_end_of};
use crate::label::Label;
use crate::sync::{Arc, Condvar, Mutex, MutexGuard};
use crate::task::context::{self, Host, PoolId};
use crate::task::outcome;

/// What each worker runs before its first task.
pub(super) type Initializer = Box<dyn Fn() + Send + Sync>;

/// How the threads of a queue are made.
pub(super) struct Plan {
    pub(super) pool: PoolId,
    pub(super) n_threads: usize,
    /// Threads are called `{name}-{index}`.
    pub(super) name: String,
    pub(super) initializer: Option<Initializer>,
}

impl Plan {
    /// How many threads there may be, spare ones included.
    pub(super) fn max_threads(&self) -> usize {
        self.n_threads.saturating_mul(2)
    }
}

/// Tasks, and threads that run them until the queue is closed and empty.
pub(super) struct Queue {
    plan: Plan,
    state: Mutex<State>,
    /// Notified when a task comes, and when the queue is closed.
    work: Condvar,
    /// Notified when the last thread ends.
    ended: Condvar,
}

struct State {
    tasks: VecDeque<Ticket>,
    /// Threads that live, or are about to.
    n_threads: usize,
    /// Threads that ever were, for their names.
    n_started: usize,
    /// Threads that sleep, or are on their way to look for a task and do nothing else before.
    n_free: usize,
    /// Threads whose task waits for something.
    n_blocked: usize,
    threads: Vec<JoinHandle<()>>,
    closed: bool,
    /// Why no task will ever run again.
    broken: Option<String>,
}

/// A queued task. One that is dropped instead of run ends with an error, so that nobody waits for it for ever.
struct Ticket(Option<Arc<dyn Runnable>>);

impl Ticket {
    fn run(mut self, before_wake: &dyn Fn()) -> bool {
        self.0.take().is_some_and(|task| task.run(before_wake))
    }

    fn cancel(mut self) {
        if let Some(task) = self.0.take() {
            task.cancel();
        }
    }

    fn fail(mut self, error: impl FnOnce(Label) -> Error) {
        if let Some(task) = self.0.take() {
            task.fail(error(task.label()));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.fail(Error::shutdown(task.label()));
        }
    }
}

impl Queue {
    pub(super) fn new(plan: Plan) -> Arc<Self> {
        let state = State {
            tasks: VecDeque::new(),
            n_threads: 0,
            n_started: 0,
            n_free: 0,
            n_blocked: 0,
            threads: Vec::new(),
            closed: false,
            broken: None,
        };
        Arc::new(Self { plan, state: Mutex::new(state), work: Condvar::new(), ended: Condvar::new() })
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Queues `task`, and starts a thread if none is free for it. Never blocks; a task that cannot be queued fails.
    pub(super) fn push(self: &Arc<Self>, task: Arc<dyn Runnable>) {
        let ticket = Ticket(Some(task));
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
        if state.tasks.len() <= state.n_free {
            self.work.notify_one();
        } else if self.may_start(&state) {
            self.start_thread(state);
        }
        // Otherwise the free threads have been notified of earlier tasks, and look for more when they have run those.
    }

    /// One more of the queued tasks may run: sees to it that there is a thread for it.
    fn provide(self: &Arc<Self>, state: MutexGuard<'_, State>) {
        if state.tasks.len() > state.n_free && self.may_start(&state) {
            self.start_thread(state);
        } else {
            self.work.notify_one();
        }
    }

    /// Whether one more task may run, and one more thread may live.
    fn may_start(&self, state: &State) -> bool {
        let n = self.plan.n_threads;
        state.n_running() < n && state.n_threads < n + state.n_blocked.min(n)
    }

    /// Takes no more tasks. Those queued are still run.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.work.notify_all();
    }

    /// Takes no more tasks, and cancels those queued.
    pub(super) fn close_and_cancel(&self) {
        let queued = {
            let mut state = self.state.lock();
            state.closed = true;
            std::mem::take(&mut state.tasks)
        };
        self.work.notify_all();
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
        for thread in threads {
            // Waker: the end of a thread that has nothing left to do. It cannot have panicked with anything to tell.
            thread.join().ok();
        }
    }

    /// The thread is counted before it exists, so that nobody starts one too many.
    fn start_thread(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let index = state.n_started;
        state.n_started += 1;
        state.n_threads += 1;
        drop(state);
        let queue = Arc::clone(self);
        let builder =
            thread::Builder::new().name(format!("{}-{index}", self.plan.name)).stack_size(stack::worker_stack_size());
        match builder.spawn(move || queue.work()) {
            Ok(thread) => self.state.lock().threads.push(thread),
            Err(error) => self.note_no_thread(&error.to_string()),
        }
    }

    /// Fails what is queued if there is no thread at all; later tasks try again.
    fn note_no_thread(&self, error: &str) {
        let stranded = {
            let mut state = self.state.lock();
            state.n_threads -= 1;
            // One more may run than was counted when tasks came meanwhile.
            self.work.notify_one();
            if state.n_threads > 0 { VecDeque::new() } else { std::mem::take(&mut state.tasks) }
        };
        self.ended.notify_all();
        for ticket in stranded {
            ticket.fail(|task| Error::not_started(task, format!("the system refused a thread: {error}")));
        }
    }

    /// The life of a worker thread.
    fn work(self: Arc<Self>) {
        let _leave = Leave(&self);
        let _employed = context::become_worker_of(self.plan.pool, Arc::clone(&self) as Arc<dyn Host>);
        if let Some(initializer) = &self.plan.initializer
            && let Err(message) = outcome::initialize(initializer)
        {
            return self.break_down(&message);
        }
        let become_free = || {
            self.state.lock().n_free += 1;
            context::note_free(true);
        };
        while let Some(ticket) = self.next() {
            // Free before the end of the task is seen: who waits for the result and submits again finds this thread.
            // What runs in between is wakers only; what else a task's end may set off calls `busy_again`.
            ticket.run(&become_free);
        }
    }

    /// The next task; sleeps until there is one. `None` when the queue is closed and empty.
    fn next(&self) -> Option<Ticket> {
        let mut state = self.state.lock();
        if !context::note_free(false) {
            state.n_free += 1;
        }
        loop {
            if state.n_running() < self.plan.n_threads
                && let Some(ticket) = state.tasks.pop_front()
            {
                state.n_free -= 1;
                return Some(ticket);
            }
            if state.broken.is_some() || (state.closed && state.tasks.is_empty()) {
                state.n_free -= 1;
                return None;
            }
            // Waker: `provide`, whatever closes the queue, and a thread that leaves a closed queue.
            state = self.work.wait(state);
        }
    }

    /// The initializer failed: nothing that is queued, or will be, can run.
    fn break_down(&self, message: &str) {
        let reason = format!("the pool's initializer panicked: {message}; correct it and make a new pool");
        let queued = {
            let mut state = self.state.lock();
            state.broken.get_or_insert_with(|| reason.clone());
            std::mem::take(&mut state.tasks)
        };
        self.work.notify_all();
        for ticket in queued {
            ticket.fail(|task| Error::not_started(task, reason.clone()));
        }
    }
}

impl Host for Queue {
    fn worker_blocks(self: Arc<Self>) {
        let mut state = self.state.lock();
        state.n_blocked += 1;
        self.provide(state);
    }

    fn worker_goes_on(&self) {
        self.state.lock().n_blocked -= 1;
    }

    fn worker_is_busy_again(self: Arc<Self>) {
        let mut state = self.state.lock();
        state.n_free -= 1;
        self.provide(state);
    }
}

impl State {
    /// Threads that run a task, or are on their way to their first.
    fn n_running(&self) -> usize {
        self.n_threads - self.n_free - self.n_blocked
    }
}

/// Counts a thread out, however it ends.
struct Leave<'a>(&'a Queue);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.state.lock().n_threads -= 1;
        self.0.ended.notify_all();
        // Those that slept because enough others ran have nothing to wait for any more.
        self.0.work.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::future::{Home, new_task};

    #[test]
    fn a_task_dropped_with_its_queue_ends_with_an_error() {
        let pool = PoolId::next();
        let plan = Plan { pool, n_threads: 1, name: "unused".to_owned(), initializer: None };
        let queue = Queue::new(plan);
        let home = Home { pool, max_threads: 2, is_exclusive: false };
        let (task, future) = new_task(Label::new("dropped"), home, || 7);
        queue.state.lock().tasks.push_back(Ticket(Some(task)));
        drop(queue);
        assert!(future.result().is_err_and(|error| error.is_shutdown()));
    }
}
