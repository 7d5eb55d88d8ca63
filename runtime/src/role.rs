//! Which process this is, and who runs what is annotated in it: its caller, or workers.

use crate::config;
use crate::sync::{AtomicBool, Ordering};

/// Whether the caller itself runs an annotated loop or task. `asks_for_workers`: the attribute gives it `workers` or a `pool`.
pub(crate) fn caller_runs(asks_for_workers: bool) -> bool {
    // Workers do not multiply: within one, only a loop or task that asks for its own gets them.
    config::sequential_mode() || (is_worker_process() && !asks_for_workers)
}

/// Whether this process is a worker of another.
pub(crate) fn is_worker_process() -> bool {
    // Relaxed: set before there are other threads, or else before the first task runs.
    IS_WORKER.load(Ordering::Relaxed)
}

/// Notes that this process is a worker of another. False if that was known.
pub(crate) fn become_worker_process() -> bool {
    // Relaxed: who is first is all that matters.
    !IS_WORKER.swap(true, Ordering::Relaxed)
}

static IS_WORKER: AtomicBool = AtomicBool::new(false);

/// Whether this program, started as a worker, notices it. One that does not would run its `main` instead, and start more of
/// itself there.
pub(crate) fn recognises_workers() -> bool {
    // Relaxed: set before there are other threads, or else before the caller of `init` goes on.
    RECOGNISES_WORKERS.load(Ordering::Relaxed)
}

/// Notes that this program has looked whether it is a worker.
pub(crate) fn note_that_workers_are_recognised() {
    RECOGNISES_WORKERS.store(true, Ordering::Relaxed);
}

static RECOGNISES_WORKERS: AtomicBool = AtomicBool::new(false);
