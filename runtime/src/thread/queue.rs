//! Tasks waiting for threads, first come, first served; and the threads, started when tasks need them.
//!
//! A thread is free, blocked or running. At most `n_threads` of the plan run, but for those that were blocked and go on.
//! While some are blocked, spare threads may take their places; later these stay among the free ones.

use std::cell::Cell;
use std::collections::VecDeque;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::stack;
use super::watchdog::Watch;
use crate::error::Error;
use crate::future::{Runnable, enter_end_of};
use crate::label::Label;
use crate::perturb;
use crate::sync::{Arc, AtomicBool, AtomicUsize, Condvar, Mutex, MutexGuard, Ordering, look_for};
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
    /// For how long the pool may get nowhere before that is told.
    pub(super) watchdog: Option<Duration>,
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
    watch: Option<Watch>,
    state: Mutex<State>,
    front: Front,
    /// Threads that sleep, look for a task, or are on their way to do so and do nothing else before. Goes up at any time,
    /// and down under the lock only.
    n_free: AtomicUsize,
    /// Told to the thread that looks for a task before it sleeps.
    bell: AtomicBool,
    /// Notified for each wake-up granted.
    work: Condvar,
    /// Notified when a thread ends, and when the queue is closed.
    ended: Condvar,
}

/// The front of the queue, where busy threads meet without those who submit; on cache lines of its own. It only gets
/// longer under the lock of `state`, which is locked first.
#[derive(Default)]
#[repr(align(128))]
struct Front {
    tasks: Mutex<VecDeque<Ticket>>,
    /// How many these are. Changed under that lock.
    len: AtomicUsize,
    /// Whether there are more threads than may run at once, so that one that ends a task may have to stand back.
    has_spares: AtomicBool,
}

struct State {
    /// What is queued behind the front.
    tasks: VecDeque<Ticket>,
    /// Threads that live, or are about to.
    n_threads: usize,
    /// Threads that ever were, for their names.
    n_started: usize,
    /// Free threads that sleep and have no wake-up on its way to them.
    n_asleep: usize,
    /// Wake-ups granted to threads that still sleep.
    n_wake_ups: usize,
    /// Whether a free thread looks for a task before it sleeps. One at a time: more would only take time from others.
    looking: bool,
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
    fn label(&self) -> Option<Label> {
        self.0.as_ref().map(|task| task.label())
    }

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
            n_asleep: 0,
            n_wake_ups: 0,
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
            front: Front::default(),
            n_free: AtomicUsize::new(0),
            bell: AtomicBool::new(false),
            work: Condvar::new(),
            ended: Condvar::new(),
        })
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Queues `task`, and starts a thread if none is free for it. Never blocks; a task that cannot be queued fails.
    pub(super) fn push(self: &Arc<Self>, task: Arc<dyn Runnable>) {
        perturb::point();
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
        if state.n_asleep == 0 && !self.may_live_one_more(&state) {
            // Nobody to be woken or started. That is seen without what busy threads change all the time.
            return self.ring(&state);
        }
        let (n_queued, n_free) = (self.n_queued(&state), self.n_free());
        if n_queued <= n_free - state.n_asleep {
            // Those awake look for a task before they sleep.
            self.ring(&state);
        } else if n_queued <= n_free {
            self.wake_one(&mut state);
        } else if self.may_start(&state) {
            self.start_thread(state);
        }
        // Otherwise the free threads have been woken for earlier tasks, and look for more when they have run those.
    }

    /// One more of the queued tasks may run: sees to it that there is a thread for it.
    fn provide(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let n_queued = self.n_queued(&state);
        if n_queued > self.n_free() && self.may_start(&state) {
            self.start_thread(state);
        } else if n_queued > 0 {
            self.ring(&state);
            self.wake_one(&mut state);
        }
    }

    /// Tells the thread that looks for a task, if there is one, that there may be one.
    fn ring(&self, state: &State) {
        if state.looking {
            // Relaxed: whoever hears it takes the lock to see what there is.
            self.bell.store(true, Ordering::Relaxed);
        }
    }

    fn wake_one(&self, state: &mut State) {
        if state.n_asleep > 0 {
            state.n_asleep -= 1;
            state.n_wake_ups += 1;
            self.work.notify_one();
        }
    }

    fn wake_all(&self, state: &mut State) {
        self.ring(state);
        state.n_wake_ups += std::mem::take(&mut state.n_asleep);
        self.work.notify_all();
    }

    /// How many tasks are queued; or were just now, for busy threads may take some meanwhile. That does no harm: so many
    /// free threads are awake, or all of them, and stay so as long as the lock of `state` is held.
    fn n_queued(&self, state: &State) -> usize {
        // Relaxed: it goes up under the lock of `state`, which the reader holds.
        state.tasks.len() + self.front.len.load(Ordering::Relaxed)
    }

    /// Everything that is queued.
    fn take_all(&self, state: &mut State) -> VecDeque<Ticket> {
        let mut front = self.front.tasks.lock();
        self.front.len.store(0, Ordering::Relaxed);
        let mut queued = std::mem::take(&mut *front);
        queued.append(&mut state.tasks);
        queued
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
        if state.n_threads > self.plan.n_threads {
            // Relaxed: a thread that does not see it yet goes on with a task for the one that it has ended.
            self.front.has_spares.store(true, Ordering::Relaxed);
        }
        drop(state);
        if index == 0 {
            self.start_watching();
        }
        let queue = Arc::clone(self);
        let builder =
            thread::Builder::new().name(format!("{}-{index}", self.plan.name)).stack_size(stack::worker_stack_size());
        match builder.spawn(move || queue.work()) {
            Ok(thread) => self.state.lock().threads.push(thread),
            Err(error) => self.note_no_thread(&error.to_string()),
        }
    }

    /// Starts the thread that watches, if there is to be one.
    fn start_watching(self: &Arc<Self>) {
        if self.watch.is_some() {
            let queue = Arc::clone(self);
            let builder = thread::Builder::new().name(format!("{}-watchdog", self.plan.name));
            if let Err(error) = builder.spawn(move || queue.keep_watch()) {
                eprintln!("concurrent-futures: nobody watches the pool `{}`: {error}", self.plan.name);
            }
        }
    }

    /// The life of the thread that watches: until every other thread of a closed queue has ended.
    fn keep_watch(&self) {
        let Some(watch) = &self.watch else { return };
        let mut seen = watch.begin();
        let mut state = self.state.lock();
        while !state.closed || state.n_threads > 0 {
            let has_to_get_on = self.n_queued(&state) > 0 || (state.n_blocked > 0 && self.n_running(&state) == 0);
            if !has_to_get_on {
                seen = watch.begin();
            } else if watch.is_stuck(&mut seen) {
                let front = self.front.tasks.lock();
                let queued: Vec<Label> = front.iter().chain(&state.tasks).filter_map(Ticket::label).collect();
                drop(front);
                drop(state);
                eprintln!("{}", watch.report(&self.plan.name, self.plan.pool, &queued));
                state = self.state.lock();
                continue;
            }
            // Waker: the time, and the end of each thread, in `Leave::drop`.
            state = self.ended.wait_timeout(state, watch.pause());
        }
    }

    /// Fails what is queued if there is no thread at all; later tasks try again.
    fn note_no_thread(&self, error: &str) {
        let stranded = {
            let mut state = self.state.lock();
            state.n_threads -= 1;
            // One more may run than was counted when tasks came meanwhile.
            self.wake_one(&mut state);
            if state.n_threads > 0 { VecDeque::new() } else { self.take_all(&mut state) }
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
        let has_next = Cell::new(false);
        let become_free = || {
            if has_next.get() {
                return;
            }
            // Relaxed: see `n_free`.
            self.n_free.fetch_add(1, Ordering::Relaxed);
            context::note_free(true);
        };
        while let Some(ticket) = self.next(&has_next) {
            perturb::point();
            if let (Some(watch), Some(task)) = (&self.watch, ticket.label()) {
                watch.note_start(task);
            }
            // Free before the end of the task is seen: who waits for the result and submits again finds this thread. Not
            // if another task comes first, and all threads are there: then it would only cost what all of them share.
            // What runs in between is ours; whatever else a task's end may set off calls `busy_again` first.
            ticket.run(&become_free);
            if let Some(watch) = &self.watch {
                watch.note_end();
            }
        }
    }

    /// The next task; sleeps until there is one. `None` when the queue is closed and empty.
    ///
    /// `has_next` is kept between calls: whether there was one more behind it, and all threads had been started.
    fn next(&self, has_next: &Cell<bool>) -> Option<Ticket> {
        let mut is_free = context::note_free(false);
        if !is_free && has_next.get() && !self.front.has_spares.load(Ordering::Relaxed) {
            // It has ended a task, so it may start one: no more run than before.
            if let Some(ticket) = self.take_one(&mut self.front.tasks.lock(), has_next) {
                return Some(ticket);
            }
        }
        let mut state = self.state.lock();
        let mut has_looked = false;
        loop {
            let n_others = self.n_running(&state) - usize::from(!is_free);
            let mut front = self.front.tasks.lock();
            front.append(&mut state.tasks);
            self.front.len.store(front.len(), Ordering::Relaxed);
            if n_others < self.plan.n_threads
                && let Some(ticket) = self.take_one(&mut front, has_next)
            {
                if is_free {
                    self.n_free.fetch_sub(1, Ordering::Relaxed);
                }
                // Before all threads are there, those who submit have to know which are free.
                has_next.set(has_next.get() && state.n_threads >= self.plan.n_threads);
                return Some(ticket);
            }
            let is_empty = front.is_empty();
            drop(front);
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
    fn take_one(&self, front: &mut VecDeque<Ticket>, has_next: &Cell<bool>) -> Option<Ticket> {
        let is_free_to_choose = self.plan.n_threads > 1 && !front.is_empty();
        let ticket = match if is_free_to_choose { perturb::choose(front.len()) } else { 0 } {
            0 => front.pop_front(),
            i => front.swap_remove_back(i),
        };
        self.front.len.store(front.len(), Ordering::Relaxed);
        has_next.set(!front.is_empty());
        ticket
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
        state.n_asleep += 1;
        while state.n_wake_ups == 0 {
            // Waker: `push`, `provide`, whatever closes the queue, and a thread that leaves a closed queue.
            state = self.work.wait(state);
        }
        state.n_wake_ups -= 1;
        state
    }

    /// The initializer failed: nothing that is queued, or will be, can run.
    fn break_down(&self, message: &str) {
        let reason = format!("the pool's initializer panicked: {message}; correct it and make a new pool");
        let queued = {
            let mut state = self.state.lock();
            state.broken.get_or_insert_with(|| reason.clone());
            self.wake_all(&mut state);
            self.take_all(&mut state)
        };
        for ticket in queued {
            ticket.fail(|task| Error::not_started(task, reason.clone()));
        }
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

/// Counts a thread out, however it ends.
struct Leave<'a>(&'a Queue);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.n_threads -= 1;
        // Those that slept because enough others ran have nothing to wait for any more.
        self.0.wake_all(&mut state);
        drop(state);
        self.0.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::future::{Home, new_task};

    #[test]
    fn a_task_dropped_with_its_queue_ends_with_an_error() {
        let pool = PoolId::next();
        let plan = Plan { pool, n_threads: 1, name: "unused".to_owned(), initializer: None, watchdog: None };
        let queue = Queue::new(plan);
        let home = Home { pool, max_threads: 2, is_exclusive: false };
        let (task, future) = new_task(Label::new("dropped"), home, || 7);
        queue.state.lock().tasks.push_back(Ticket(Some(task)));
        drop(queue);
        assert!(future.wait_timeout(Duration::from_secs(60)), "nobody waits for ever");
        assert!(future.result().is_err_and(|error| error.is_shutdown()));
    }
}
