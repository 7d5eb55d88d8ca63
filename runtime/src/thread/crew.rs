//! The threads that help with annotated loops: a rayon pool. The only file that names rayon.
//!
//! Rayon's `spawn` suits helpers, which are few (one job a helper, not one a chunk) and optional (the
//! thread that runs the loop can always finish it alone).

use crate::error::Error;
use crate::sync::{Arc, AtomicUsize, Ordering};
use crate::thread::stack;

/// A fixed number of helper threads.
#[derive(Debug)]
pub(crate) struct Crew {
    pool: rayon::ThreadPool,
    /// Jobs that wait or run, without those that have become void.
    jobs: Arc<AtomicUsize>,
}

impl Crew {
    /// Starts `n_threads` threads, named `{name}-{index}`.
    ///
    /// # Errors
    ///
    /// `is_spawn` if the system refuses a thread.
    pub(crate) fn new(n_threads: usize, name: &str) -> Result<Self, Error> {
        let name = name.to_owned();
        rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .thread_name(move |index| format!("{name}-{index}"))
            .stack_size(stack::worker_stack_size())
            .build()
            .map(|pool| Self { pool, jobs: Arc::new(AtomicUsize::new(0)) })
            .map_err(|error| Error::spawn(format!("the system refused {n_threads} threads: {error}")))
    }

    /// Hands `job` to a thread, without blocking. It says whether it did not come too late.
    pub(crate) fn spawn(&self, job: impl FnOnce() -> bool + Send + 'static) {
        let jobs = Arc::clone(&self.jobs);
        // Relaxed: a hint for others, which orders nothing.
        jobs.fetch_add(1, Ordering::Relaxed);
        self.pool.spawn(move || {
            if job() {
                jobs.fetch_sub(1, Ordering::Relaxed);
            }
        });
    }

    /// So many jobs that have not started will come too late: whoever is asked next does not have to wait for them.
    pub(crate) fn forget(&self, n_jobs: usize) {
        self.jobs.fetch_sub(n_jobs, Ordering::Relaxed);
    }

    /// Whether a thread has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.jobs.load(Ordering::Relaxed) < self.pool.current_num_threads()
    }
}
