//! How much stack a worker thread gets: as much as the main thread, so that what does not overflow plainly does not
//! overflow in a task.

/// Where the main thread's stack has no limit, or its limit is unknown.
const FALLBACK: usize = 8 * 1024 * 1024;

/// The stack of a worker thread, in bytes.
#[cfg(all(unix, not(miri)))]
pub(crate) fn worker_stack_size() -> usize {
    use rustix::process::{Resource, getrlimit};

    // The soft limit is the one that the kernel enforces. None means unlimited.
    let limit = getrlimit(Resource::Stack).current;
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(FALLBACK)
}

/// The stack of a worker thread, in bytes.
#[cfg(any(not(unix), miri))]
pub(crate) fn worker_stack_size() -> usize {
    FALLBACK
}
