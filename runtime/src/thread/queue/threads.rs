//! The threads of a queue, from their start to their end.

use std::cell::Cell;
use std::collections::VecDeque;
use std::thread;

use super::ticket::Ticket;
use super::{Queue, State, wake_one};
use crate::error::Error;
use crate::label::Label;
use crate::perturb;
use crate::sync::{Arc, MutexGuard, Ordering};
use crate::task::context::{self, Host};
use crate::task::outcome;
use crate::thread::stack;

impl Queue {
    /// The thread is counted before it exists, so that nobody starts one too many.
    pub(super) fn start_thread(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let index = state.n_started;
        state.n_started += 1;
        state.n_threads += 1;
        if state.n_threads > self.plan.n_threads {
            // Relaxed: a thread that does not see it yet goes on with a task for the one that it has ended.
            self.has_spares.store(true, Ordering::Relaxed);
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
                let front = self.front.lock();
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
            let stranded = if state.n_threads > 0 { VecDeque::new() } else { self.take_all(&mut state) };
            // One more may run than was counted when tasks came meanwhile.
            wake_one(state);
            stranded
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
