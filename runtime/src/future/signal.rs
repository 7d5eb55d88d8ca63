//! What a blocked thread sleeps on. Tasks wake it the way they wake an async task: through a `Waker`.

use std::task::{Wake, Waker};
use std::time::Instant;

use crate::sync::modelled::{Condvar, Mutex, thread_local};
use crate::sync::{Arc, LazyLock};
use crate::task::context;

/// A flag to sleep on. Set flags stay set until a sleeper has seen them, so no wake-up is lost.
#[derive(Default)]
pub(super) struct Signal {
    set: Mutex<bool>,
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

    /// Never inlined, so that all such wakers are made by the same code and have the same tables: see [`is_plain`].
    #[inline(never)]
    pub(super) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    pub(super) fn set(&self) {
        *self.set.lock() = true;
        self.changed.notify_all();
    }

    /// Sleeps until the flag is set, and clears it. False if `deadline` came first.
    pub(super) fn sleep(&self, deadline: Option<Instant>) -> bool {
        if self.take() {
            return true;
        }
        // Outside the lock: the pool may start a thread.
        let _blocked = context::block();
        let mut set = self.set.lock();
        while !*set {
            // Waker: `set`, called by the task's end, whichever it is (`State::settle`).
            set = match deadline {
                None => self.changed.wait(set),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.changed.wait_timeout(set, left)
                }
            };
        }
        *set = false;
        true
    }

    fn take(&self) -> bool {
        std::mem::take(&mut *self.set.lock())
    }
}

/// Whether waking `waker` only wakes a thread: no user code runs, and nothing blocks. False is always safe to say.
pub(super) fn is_plain(waker: &Waker) -> bool {
    fn table(waker: &Waker) -> usize {
        std::ptr::from_ref(waker.vtable()).addr()
    }

    // A clone is made by other code, which may have another copy of the table.
    static PLAIN: LazyLock<[usize; 2]> = LazyLock::new(|| {
        let waker = Arc::<Signal>::default().waker();
        [table(&waker), table(&waker.clone())]
    });
    PLAIN.contains(&table(waker))
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.set();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_wakers_of_threads_are_plain_and_others_are_not() {
        let waker = Signal::of_this_thread().waker();
        assert!(is_plain(&waker) && is_plain(&waker.clone()) && is_plain(&waker.clone().clone()));
        assert!(!is_plain(Waker::noop()));
    }
}
