//! The one door to locks, condition variables and atomics, so that a model checker can be put behind it.
//!
//! Poison is ignored: no user code runs while one of our locks is held, so a poisoned lock only ever
//! means that one of our own invariants broke, which has already been reported as a panic.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Arc, LazyLock, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

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
