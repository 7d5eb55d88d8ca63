//! The threads that help with annotated loops: a rayon pool. The only file that names rayon.
//!
//! Rayon's `spawn` suits helpers, which are few (one job a helper, not one a chunk) and optional (the
//! thread that runs the loop can always finish it alone).

use crate::error::Error;
use crate::thread::stack;

/// A fixed number of helper threads.
#[derive(Debug)]
pub(crate) struct Crew {
    pool: rayon::ThreadPool,
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
            .map(|pool| Self { pool })
            .map_err(|error| Error::spawn(format!("the system refused {n_threads} threads: {error}")))
    }

    /// Hands `job` to a thread, without blocking.
    pub(crate) fn spawn(&self, job: impl FnOnce() + Send + 'static) {
        self.pool.spawn(job);
    }
}
