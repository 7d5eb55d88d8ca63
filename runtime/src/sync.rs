//! The one door to locks, condition variables and atomics, so that a model checker can be put behind it.
//!
//! Poison is ignored: no user code runs while one of our locks is held, so a poisoned lock only ever
//! means that one of our own invariants broke, which has already been reported as a panic.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Arc, LazyLock, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long a thread looks for what it waits for before it sleeps: less than waking a sleeper takes.
pub(crate) const PATIENCE: Duration = Duration::from_micros(10);

/// How often in a row all threads together may look in vain before they stop to.
const TRIES: u32 = 8;

/// For how many waits they stop then: at first, and at most (doubled each time that looking did not pay).
const BREAKS: (u32, u32) = (8, 4096);

/// Looks for some microseconds whether another thread has done something. Gives what it saw last.
pub(crate) fn look_for(is_there: impl Fn() -> bool) -> bool {
    /// For the whole process: looking takes two, and both must learn the same.
    static LOOKS: Looks = Looks::new(PATIENCE, TRIES);
    is_there() || LOOKS.look_for(is_there)
}

/// Whether it pays to look for something before one sleeps until it is there.
///
/// It does where who has to answer is awake on another core, and wastes the time where it could have run on this one, as
/// when other programs keep the machine busy. Nobody can know, so it is learned. A look in vain, now and then, finds out
/// whether it pays again.
pub(crate) struct Looks {
    /// How long a look takes at most.
    patience: Duration,
    /// For how many looks in vain one makes up that was not.
    gain: u32,
    /// How many looks in vain are left.
    tries_left: AtomicU32,
    /// How many waits are left without a look, and how many there were the last time.
    break_left: AtomicU32,
    break_length: AtomicU32,
}

impl Looks {
    pub(crate) const fn new(patience: Duration, gain: u32) -> Self {
        Self {
            patience,
            gain,
            tries_left: AtomicU32::new(TRIES),
            break_left: AtomicU32::new(0),
            break_length: AtomicU32::new(BREAKS.0),
        }
    }

    /// Looks for some microseconds whether `is_there`, or not at all while that does not pay. True if it was.
    pub(crate) fn look_for(&self, is_there: impl FnMut() -> bool) -> bool {
        // Relaxed, and not exact: a guess that orders nothing.
        let break_left = self.break_left.load(Ordering::Relaxed);
        if break_left > 0 {
            self.break_left.store(break_left - 1, Ordering::Relaxed);
            return false;
        }
        if !may_look() {
            return false;
        }
        if look(self.patience, is_there) {
            let tries_left = (self.tries_left.load(Ordering::Relaxed) + self.gain).min(TRIES);
            self.tries_left.store(tries_left, Ordering::Relaxed);
            if tries_left == TRIES {
                self.break_length.store(BREAKS.0, Ordering::Relaxed);
            }
            return true;
        }
        let tries_left = self.tries_left.load(Ordering::Relaxed);
        if tries_left > 1 {
            self.tries_left.store(tries_left - 1, Ordering::Relaxed);
        } else {
            let length = self.break_length.load(Ordering::Relaxed);
            self.break_length.store((length * 2).min(BREAKS.1), Ordering::Relaxed);
            self.tries_left.store(TRIES, Ordering::Relaxed);
            self.break_left.store(length, Ordering::Relaxed);
        }
        false
    }
}

/// Looks for so long whether `is_there`. Gives what it saw last.
fn look(patience: Duration, mut is_there: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < patience {
        // A look at the clock costs as much as some of these.
        for _ in 0..8 {
            std::hint::spin_loop();
            if is_there() {
                return true;
            }
        }
    }
    false
}

/// On a single core nothing changes while one looks, and a model checker has no clock.
fn may_look() -> bool {
    static SEVERAL_CORES: LazyLock<bool> =
        LazyLock::new(|| std::thread::available_parallelism().is_ok_and(|n| n.get() > 1));
    !cfg!(loom) && *SEVERAL_CORES
}

/// A lock that does not know poison.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A condition variable that does not know poison.
#[derive(Debug, Default)]
pub(crate) struct Condvar(std::sync::Condvar);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Self(std::sync::Condvar::new())
    }

    /// Blocks until notified (or spuriously). Each caller names its waker beside the call.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks until notified, spuriously woken, or `limit` has passed.
    pub(crate) fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, limit: Duration) -> MutexGuard<'a, T> {
        self.0.wait_timeout(guard, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// What the models of threads that meet are written with: tests under the model checker, and ordinary ones without it.
#[cfg(test)]
pub(crate) mod models {
    #[cfg(loom)]
    pub(crate) use loom::thread;
    #[cfg(not(loom))]
    pub(crate) use std::thread;

    /// Runs `body` in every interleaving, up to three preemptions.
    #[cfg(loom)]
    pub(crate) fn check(body: impl Fn() + Send + Sync + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(body);
    }

    /// Runs `body` in the interleavings that chance brings; Miri looks at few of them, but closely.
    #[cfg(not(loom))]
    pub(crate) fn check(body: impl Fn() + Send + Sync + 'static) {
        for _ in 0..if cfg!(miri) { 5 } else { 200 } {
            body();
        }
    }
}

/// What is put behind a model checker with `--cfg loom`: the locks in which the life of a task is decided. Everything
/// else, statics above all, outlives a model and keeps to the standard library.
pub(crate) mod modelled {
    #[cfg(not(loom))]
    pub(crate) use super::{AtomicUsize, Condvar, Mutex, MutexGuard};
    #[cfg(not(loom))]
    pub(crate) use std::sync::atomic::AtomicU8;
    #[cfg(not(loom))]
    pub(crate) use std::thread_local;

    #[cfg(loom)]
    pub(crate) use under_loom::{AtomicU8, AtomicUsize, Condvar, Mutex, MutexGuard, thread_local};

    #[cfg(loom)]
    mod under_loom {
        use std::time::Duration;

        pub(crate) use loom::sync::MutexGuard;
        pub(crate) use loom::sync::atomic::{AtomicU8, AtomicUsize};

        /// The checker's macro does not know `const` blocks.
        macro_rules! locals {
            () => {};
            ($(#[$meta:meta])* static $name:ident: $type:ty = const { $value:expr }; $($rest:tt)*) => {
                loom::thread_local! { $(#[$meta])* static $name: $type = $value; }
                $crate::sync::modelled::thread_local! { $($rest)* }
            };
            ($(#[$meta:meta])* static $name:ident: $type:ty = $value:expr; $($rest:tt)*) => {
                loom::thread_local! { $(#[$meta])* static $name: $type = $value; }
                $crate::sync::modelled::thread_local! { $($rest)* }
            };
        }
        pub(crate) use locals as thread_local;

        #[derive(Default)]
        pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

        impl<T> Mutex<T> {
            pub(crate) fn new(value: T) -> Self {
                Self(loom::sync::Mutex::new(value))
            }

            pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
                self.0.lock().expect("no user code runs under our locks")
            }
        }

        #[derive(Default)]
        pub(crate) struct Condvar(loom::sync::Condvar);

        impl Condvar {
            pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
                self.0.wait(guard).expect("no user code runs under our locks")
            }

            pub(crate) fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, limit: Duration) -> MutexGuard<'a, T> {
                self.0.wait_timeout(guard, limit).expect("no user code runs under our locks").0
            }

            pub(crate) fn notify_all(&self) {
                self.0.notify_all();
            }
        }
    }
}
