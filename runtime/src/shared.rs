//! The threads behind annotated functions, made when first needed: a pool for tasks and a crew for loops, one of each
//! for each number of workers.

use std::collections::BTreeMap;
use std::time::Duration;

#[cfg(unix)]
use crate::error::Error;
#[cfg(unix)]
use crate::process::ProcessPool;
use crate::sync::{AtomicU64, Mutex, Ordering};
use crate::thread::crew::Crew;
use crate::thread::pool::ThreadPool;

static CREWS: Mutex<BTreeMap<usize, &'static Crew>> = Mutex::new(BTreeMap::new());

/// The shared pool with so many workers.
///
/// Shared pools are never dropped: nobody could say when the last task was submitted. So nobody waits for their tasks
/// at the end of the program either; who needs a task's effect waits for its future.
pub(crate) fn task_pool(n_workers: usize) -> &'static ThreadPool {
    static POOLS: Mutex<BTreeMap<usize, &'static ThreadPool>> = Mutex::new(BTreeMap::new());

    // A pool starts no thread before its first task, so making one under the lock is cheap.
    POOLS.lock().entry(n_workers).or_insert_with(|| Box::leak(Box::new(ThreadPool::for_tasks(n_workers))))
}

/// Whether a thread of the shared crew of `n_helpers` has nothing to do; `None`: they have not been started.
pub(crate) fn is_crew_idle(n_helpers: usize) -> Option<bool> {
    CREWS.lock().get(&n_helpers).map(|crew| crew.is_idle())
}

/// Whether a crew of `n_helpers` is to be started now that a loop has so much more work to share with it.
pub(crate) fn is_worth_starting(n_helpers: usize, work: Duration) -> bool {
    static WANTED: Wanted = Wanted::new();
    WANTED.is_worth_starting(n_helpers, work)
}

/// The work that loops would have shared, had there been threads.
///
/// They are started when that would have paid for it, so that what is missed is never much more than what it takes to start them.
struct Wanted(AtomicU64);

impl Wanted {
    /// The first thread takes 250 µs to start (measured on two cores, where it does half of the work from then on), ...
    const FIRST: Duration = Duration::from_millis(1);

    /// ... and each further one 50 µs.
    const FURTHER: Duration = Duration::from_micros(50);

    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn is_worth_starting(&self, n_helpers: usize, work: Duration) -> bool {
        let work = u64::try_from(work.as_nanos()).unwrap_or(u64::MAX);
        // Relaxed, and not exact: a guess that orders nothing.
        let so_far = self.0.load(Ordering::Relaxed).saturating_add(work);
        self.0.store(so_far, Ordering::Relaxed);
        let threads = Self::FIRST + Self::FURTHER * u32::try_from(n_helpers).unwrap_or(u32::MAX);
        Duration::from_nanos(so_far) >= threads
    }
}

/// The shared crew of `n_helpers` threads; `None` if the system refused to start them (asked again the next time).
pub(crate) fn crew(n_helpers: usize) -> Option<&'static Crew> {
    let mut crews = CREWS.lock();
    if let Some(crew) = crews.get(&n_helpers) {
        return Some(crew);
    }
    let crew = Crew::new(n_helpers, &format!("concurrent-loops-{n_helpers}")).ok()?;
    let crew = Box::leak(Box::new(crew));
    crews.insert(n_helpers, crew);
    Some(crew)
}

/// The shared pool of so many worker processes, each of which is replaced after so many tasks.
///
/// # Errors
///
/// If the system has no descriptors left for it; asked again the next time.
#[cfg(unix)]
pub(crate) fn process_pool(
    n_workers: usize,
    max_tasks_per_child: Option<usize>,
) -> Result<&'static ProcessPool, Error> {
    static POOLS: Mutex<BTreeMap<(usize, Option<usize>), &'static ProcessPool>> = Mutex::new(BTreeMap::new());

    let mut pools = POOLS.lock();
    let key = (n_workers, max_tasks_per_child);
    if let Some(pool) = pools.get(&key) {
        return Ok(pool);
    }
    let mut builder = ProcessPool::builder().workers(n_workers);
    if let Some(n) = max_tasks_per_child {
        builder = builder.max_tasks_per_child(n);
    }
    let pool = Box::leak(Box::new(builder.build()?));
    pools.insert(key, pool);
    Ok(pool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_started_for_one_long_loop_or_many_short_ones() {
        let short = Duration::from_micros(200);
        assert!(Wanted::new().is_worth_starting(1, 6 * short));
        let wanted = Wanted::new();
        assert_eq!(
            [(); 7].map(|()| wanted.is_worth_starting(1, short)),
            [false, false, false, false, false, true, true]
        );
    }

    #[test]
    fn more_threads_take_more_work_to_pay() {
        let wanted = Wanted::new();
        assert!(!wanted.is_worth_starting(63, Duration::from_millis(4)));
        assert!(wanted.is_worth_starting(63, Duration::from_millis(1)));
    }
}
