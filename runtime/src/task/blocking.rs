//! What a task calls around something that blocks and that the pool cannot see.

use super::context;

/// Runs `wait`, which blocks for something that no pool knows of: a lock, a channel, the network.
///
/// While it runs, the pool whose worker the calling thread is may let a spare thread work, so that the tasks which are
/// queued go on. There are at most as many spare threads as workers; when they are blocked too, the queue waits. After
/// `wait` the pool may run one task too many for the rest of the tasks that run. Waiting for futures needs no `blocking`:
/// that does the same by itself. Outside of a pool's workers it only calls `wait`.
///
/// # Example
///
/// ```
/// use concurrent_futures::{ThreadPool, blocking};
/// use std::sync::mpsc;
///
/// let pool = ThreadPool::new(1)?;
/// let (tell, told) = mpsc::channel();
/// let waits = pool.spawn(move || blocking(|| told.recv()));
/// let tells = pool.spawn(move || tell.send(7)); // one worker, and yet this one runs
/// assert_eq!(waits.result()?, Ok(7));
/// # tells.result()?.unwrap();
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
pub fn blocking<T>(wait: impl FnOnce() -> T) -> T {
    let _blocked = context::block();
    wait()
}
