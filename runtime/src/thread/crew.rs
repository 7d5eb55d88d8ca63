//! The threads that help with annotated loops: a rayon pool. The only file that names rayon.
//!
//! Rayon's `spawn` suits helpers, which are few (one job a helper, not one a chunk) and optional (the
//! thread that runs the loop can always finish it alone).

use crate::error::Error;
use crate::looks::Looks;
use crate::schedule::chunk;
use crate::sync::{Arc, AtomicUsize, Ordering};
use crate::task::context;
use crate::thread::lease::Lease;
use crate::thread::placement::Placement;
use crate::thread::stack;

/// Whether it pays to stay awake until a loop is over: the next one may follow, and falling asleep and being woken would take
/// longer than that one.
static LOOKS: Looks = Looks::new(chunk::TARGET, 1);

/// A fixed number of helper threads.
#[derive(Debug)]
pub(crate) struct Crew {
    pool: rayon::ThreadPool,
    /// Jobs that wait or run, without those that have become void.
    jobs: Arc<AtomicUsize>,
    placement: Arc<Placement>,
}

impl Crew {
    /// Starts `n_threads` threads, named `{name}-{index}`, and blocks until the first of them has come, or for a millisecond.
    ///
    /// # Errors
    ///
    /// `is_spawn` if the system refuses a thread.
    pub(crate) fn new(n_threads: usize, name: &str) -> Result<Self, Error> {
        let name = name.to_owned();
        let placement = Arc::new(Placement::new());
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .thread_name(move |index| format!("{name}-{index}"))
            .stack_size(stack::worker_stack_size())
            .start_handler({
                let placement = Arc::clone(&placement);
                move |_| placement.enter()
            })
            .build()
            .map_err(|error| Error::spawn(format!("the system refused {n_threads} threads: {error}")))?;
        placement.wait_for_one();
        Ok(Self { pool, jobs: Arc::new(AtomicUsize::new(0)), placement })
    }

    /// Has a thread visit what is lent, unless that comes too late. Does not block.
    pub(crate) fn send(&self, lease: Arc<Lease>) {
        let (jobs, placement) = (Arc::clone(&self.jobs), Arc::clone(&self.placement));
        // Relaxed: a hint for others, which orders nothing.
        self.look_out();
        jobs.fetch_add(1, Ordering::Relaxed);
        placement.call();
        self.pool.spawn(move || {
            placement.come();
            if lease.visit() {
                jobs.fetch_sub(1, Ordering::Relaxed);
                // A thread that waits inside an iteration goes on with that.
                if !context::inside_part() {
                    LOOKS.look_for(|| !lease.is_open() || placement.is_called());
                }
            }
            placement.go();
        });
    }

    /// While the caller goes on: sees to it that a thread can come.
    pub(crate) fn look_out(&self) {
        self.placement.look();
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
