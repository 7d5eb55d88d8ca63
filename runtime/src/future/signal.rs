//! What a blocked thread sleeps on.

use std::task::Waker;
use std::time::Instant;

use crate::looks::look_for;
use crate::perturb;
use crate::sync::modelled::{AtomicU8, Condvar, Mutex, thread_local};
use crate::sync::{Arc, Ordering};
use crate::task::context;

/// Nobody sleeps, and there is nothing to see.
const CLEAR: u8 = 0;
/// Somebody sleeps, or is about to.
const AWAITED: u8 = 1;
/// Set, and not seen yet.
const SET: u8 = 2;

/// A flag for one thread to sleep on. Set flags stay set until the sleeper has seen them, so no wake-up is lost.
#[derive(Default)]
pub(crate) struct Signal {
    /// One of the three above.
    flag: AtomicU8,
    /// Held by the sleeper from `AWAITED` on until it sleeps. What wakes it if it sleeps elsewhere.
    sleeper: Mutex<Option<Waker>>,
    changed: Condvar,
}

thread_local! {
    /// One for each thread, so that a wait allocates nothing. A wake-up that comes late only wakes the next wait
    /// early, and every wait looks again.
    static OWN: Arc<Signal> = Arc::default();
}

impl Signal {
    /// The calling thread's own.
    pub(super) fn of_this_thread() -> Arc<Self> {
        // A thread whose locals are gone still gets one, of its own.
        OWN.try_with(Arc::clone).unwrap_or_default()
    }

    pub(super) fn set(&self) {
        perturb::point();
        // Release: what was done before is seen by who sees the flag.
        if self.flag.swap(SET, Ordering::AcqRel) == AWAITED {
            // The sleeper may be between announcing itself and sleeping; it holds the lock then.
            let elsewhere = self.sleeper.lock().clone();
            match elsewhere {
                Some(waker) => waker.wake(),
                None => self.changed.notify_all(),
            }
        }
    }

    /// Calls `sleep`, unless the flag is set already, and clears the flag. True if it was set. `waker` ends the sleep, once it
    /// has begun or is about to.
    #[cfg(unix)]
    pub(crate) fn sleep_elsewhere(&self, waker: &Waker, sleep: impl FnOnce()) -> bool {
        let _blocked = context::block();
        perturb::point();
        *self.sleeper.lock() = Some(waker.clone());
        if self.flag.compare_exchange(CLEAR, AWAITED, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            sleep();
        }
        let waker = self.sleeper.lock().take();
        drop(waker);
        self.take()
    }

    /// Sleeps until the flag is set, and clears it. False if `deadline` came first.
    pub(super) fn sleep(&self, deadline: Option<Instant>) -> bool {
        if look_for(|| self.flag.load(Ordering::Relaxed) == SET) {
            return self.take();
        }
        // Outside the lock: the pool may start a thread.
        let _blocked = context::block();
        perturb::point();
        let mut sleeper = self.sleeper.lock();
        if self.flag.compare_exchange(CLEAR, AWAITED, Ordering::AcqRel, Ordering::Acquire).is_err() {
            return self.take();
        }
        loop {
            // Waker: `set`, called by the task's end, whichever it is (`State::settle`).
            sleeper = match deadline {
                None => self.changed.wait(sleeper),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        // It may have been set just now.
                        return self.flag.swap(CLEAR, Ordering::AcqRel) == SET;
                    }
                    self.changed.wait_timeout(sleeper, left)
                }
            };
            if self.flag.load(Ordering::Acquire) == SET {
                return self.take();
            }
        }
    }

    /// Clears the flag. True if it was set.
    fn take(&self) -> bool {
        self.flag.swap(CLEAR, Ordering::AcqRel) == SET
    }
}
