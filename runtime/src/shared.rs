//! The threads behind annotated functions, made when first needed: a pool for tasks and a crew for loops, one of each
//! for each number of workers.

use std::collections::BTreeMap;

#[cfg(unix)]
use crate::error::Error;
#[cfg(unix)]
use crate::process::ProcessPool;
use crate::sync::Mutex;
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

/// Whether a thread of the shared crew of `n_helpers` has nothing to do, or would not if it were started.
pub(crate) fn has_idle_crew(n_helpers: usize) -> bool {
    CREWS.lock().get(&n_helpers).is_none_or(|crew| crew.is_idle())
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
