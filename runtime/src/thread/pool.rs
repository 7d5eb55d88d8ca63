//! The thread pool: what its owner holds.

use std::fmt;
use std::time::Duration;

use super::queue::{Initializer, Plan, Queue};
use crate::config;
use crate::error::Error;
use crate::executor::{Call, Launch, Map};
use crate::future::{Future, Home, new_task};
use crate::label::Label;
use crate::sync::{Arc, AtomicBool, Ordering};
use crate::task::context::{self, PoolId};

/// A pool of threads that run tasks, in the order in which they were submitted.
///
/// On several workers that is the order in which tasks start; `CONCURRENT_SCHEDULE` changes it, for tests.
///
/// Threads are started when tasks need them, at most as many as there are workers, and have as much stack as the main
/// thread.
///
/// # Blocked tasks
///
/// While a task blocks in a wait for futures, or in [`blocking`](crate::blocking), a spare thread runs what is queued. At
/// most as many spare threads are started as there are workers, and kept for the next time. When the blocked task goes
/// on, the pool runs more tasks than it has workers until one of them ends.
///
/// # Drop
///
/// Dropping a pool is [`shutdown(Shutdown::Wait)`](Self::shutdown): it blocks until every submitted task has run.
///
/// # Example
///
/// ```
/// use concurrent_futures::ThreadPool;
///
/// fn slow(n: u64) -> u64 { n * n }
///
/// let pool = ThreadPool::new(4)?;
/// let one = pool.submit(slow, 7);
/// let many: Vec<u64> = pool.map(slow, 0..100).collect::<Result<_, _>>()?;
/// assert_eq!((one.result()?, many[9]), (49, 81));
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[must_use = "dropping a pool waits for its tasks"]
pub struct ThreadPool {
    queue: Arc<Queue>,
    /// Set by `Shutdown::Kill`: dropping does not wait either.
    abandoned: AtomicBool,
}

/// What the `shutdown` of a pool does about tasks that have not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shutdown {
    /// Runs everything that was submitted, and waits for it.
    Wait,
    /// Cancels what has not started, and waits for what is running.
    CancelPending,
    /// Cancels what has not started, and gives up what is running.
    ///
    /// A thread cannot be killed: a [`ThreadPool`] asks what is running to stop (see
    /// [`is_cancelled`](crate::is_cancelled())) and does not wait for it, neither now nor when it is dropped. A
    /// `ProcessPool` kills its workers, and blocks until every one has ended.
    Kill,
}

impl ThreadPool {
    /// A pool with so many workers.
    ///
    /// # Errors
    ///
    /// If `workers` is 0; the error [is a spawn error](Error::is_spawn).
    pub fn new(workers: usize) -> Result<Self, Error> {
        Self::builder().workers(workers).build()
    }

    /// A pool with a name or an initializer.
    pub fn builder() -> ThreadPoolBuilder {
        ThreadPoolBuilder::new()
    }

    /// How many tasks may run at once.
    pub fn workers(&self) -> usize {
        self.queue.plan().n_threads
    }

    /// Has `function` called with `args`: a plain value for one argument, a tuple for several, `()` for none.
    ///
    /// Never blocks and never panics: what goes wrong is in the future, also that the pool
    /// [is shut down](Error::is_shutdown). `function` and `args` are dropped as soon as the task has run or was cancelled.
    ///
    /// # Example
    ///
    /// ```
    /// fn power(base: u64, exponent: u32) -> u64 { base.pow(exponent) }
    ///
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// assert_eq!(pool.submit(power, (2, 10)).result()?, 1024);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn submit<F, Args, Style>(&self, function: F, args: Args) -> Future<F::Output>
    where
        F: Call<Args, Style> + Send + 'static,
        F::Output: Send + 'static,
        Args: Send + 'static,
    {
        self.launch(Label::of::<F>(), move || function.call(args))
    }

    /// Has a closure run. Like [`submit`](Self::submit) in all else.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let words = vec!["one", "two"];
    /// let count = pool.spawn(move || words.len());
    /// assert_eq!(count.result()?, 2);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn<F, T>(&self, function: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.launch(Label::of::<F>(), function)
    }

    /// Calls `function` on each input; gives the results in the order of the inputs, a bounded way ahead.
    ///
    /// A function of several arguments takes a tuple, as with [`Iterator::map`]: `pool.map(|(a, b)| add(a, b), pairs)`.
    /// See [`Map`] for its options, and for what happens on errors and drops.
    ///
    /// # Example: going on after an error
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(2)?;
    /// let results: Vec<_> = pool.map(|n| 12 / n, [3, 0, 4]).collect();
    /// assert_eq!(*results[0].as_ref().unwrap(), 4);
    /// assert!(results[1].as_ref().is_err_and(|error| error.is_panic()));
    /// assert_eq!(*results[2].as_ref().unwrap(), 3);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn map<I, F, T>(&self, function: F, inputs: I) -> Map<'_, I::IntoIter, T>
    where
        I: IntoIterator,
        I::Item: Send + 'static,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        Map::new(self, Label::of::<F>(), function, inputs.into_iter())
    }

    /// Takes no more tasks, and deals with those it has as `how` says. Later submits give a future that
    /// [is shut down](Error::is_shutdown).
    ///
    /// Blocks until the pool's threads have ended, except with [`Shutdown::Kill`], and except in one of the pool's own
    /// tasks, which cannot wait for itself. In a task that one of the pool's tasks waits for, it returns at once and says
    /// so on standard error. May be called again, also with another `how`.
    ///
    /// # Example
    ///
    /// ```
    /// use concurrent_futures::{Shutdown, ThreadPool};
    ///
    /// let pool = ThreadPool::new(1)?;
    /// let last = pool.spawn(|| 7);
    /// pool.shutdown(Shutdown::Wait);
    /// assert_eq!(last.result()?, 7);
    /// assert!(pool.spawn(|| 8).result().unwrap_err().is_shutdown());
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn shutdown(&self, how: Shutdown) {
        match how {
            Shutdown::Wait => self.queue.close(),
            Shutdown::CancelPending => self.queue.close_and_cancel(),
            Shutdown::Kill => {
                // Relaxed: read by `drop` alone, which has the pool for itself.
                self.abandoned.store(true, Ordering::Relaxed);
                context::give_up(self.queue.plan().pool);
                return self.queue.close_and_cancel();
            }
        }
        if !context::inside_task_of(self.queue.plan().pool) {
            self.queue.join();
        }
    }

    /// A pool for annotated tasks. `workers` is at least 1.
    pub(crate) fn for_tasks(workers: usize) -> Self {
        let pool = PoolId::next();
        let name = format!("concurrent-{}", pool.number());
        Self::of(Plan { pool, n_threads: workers, name, initializer: None, watchdog: config::watchdog() })
    }

    fn of(plan: Plan) -> Self {
        Self { queue: Queue::new(plan), abandoned: AtomicBool::new(false) }
    }
}

impl Launch for ThreadPool {
    fn launch<F, T>(&self, label: Label, work: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let plan = self.queue.plan();
        // Only this pool's workers have run its initializer.
        let home = Home { pool: plan.pool, max_threads: plan.max_threads(), is_exclusive: plan.initializer.is_some() };
        let (task, future) = new_task(label, home, work);
        self.queue.push(task);
        future
    }

    fn workers(&self) -> usize {
        self.queue.plan().n_threads
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        let abandoned = *self.abandoned.get_mut();
        self.shutdown(if abandoned { Shutdown::Kill } else { Shutdown::Wait });
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { n_threads, name, .. } = self.queue.plan();
        write!(f, "ThreadPool({name}, {n_threads} workers)")
    }
}

/// A [`ThreadPool`] to be. Made by [`ThreadPool::builder`].
///
/// # Example
///
/// ```
/// use concurrent_futures::ThreadPool;
///
/// let pool = ThreadPool::builder().workers(2).name("io").build()?;
/// let name = pool.spawn(|| std::thread::current().name().map(str::to_owned)).result()?;
/// assert_eq!(name.as_deref(), Some("io-0"));
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[must_use = "a builder makes no pool before `build`"]
pub struct ThreadPoolBuilder {
    workers: Option<usize>,
    name: Option<String>,
    initializer: Option<Initializer>,
    watchdog: Option<Duration>,
}

impl ThreadPoolBuilder {
    fn new() -> Self {
        Self { workers: None, name: None, initializer: None, watchdog: None }
    }

    /// How many tasks may run at once. The default is `CONCURRENT_WORKERS`, or what the machine offers.
    pub fn workers(mut self, n: usize) -> Self {
        self.workers = Some(n);
        self
    }

    /// Threads are called `{name}-0`, `{name}-1`, … The default is `concurrent-{number of the pool}`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What each thread runs before its first task.
    ///
    /// If it panics, that task and all others of the pool, waiting or still to come, end with an error that
    /// [is a spawn error](Error::is_spawn) and tells the panic's text. The initializer must not wait for tasks of its
    /// own pool.
    pub fn initializer(mut self, initializer: impl Fn() + Send + Sync + 'static) -> Self {
        self.initializer = Some(Box::new(initializer));
        self
    }

    /// Has a thread watch the pool, and tell on standard error when it has not got on for `limit`: when no task has started
    /// or ended although there are tasks in the queue, or all that run are blocked in waits.
    ///
    /// What it tells is who waits for whom: each worker with its task, what that waits for and where that is, and the
    /// tasks that are queued, with their source lines. It is told once for each such time, and changes nothing. Useful
    /// for what is no cycle of waits and so no [deadlock error](Error::is_deadlock), such as a lock that is never
    /// released. Off by default, where it costs nothing; `CONCURRENT_WATCHDOG` (in seconds) turns it on for every pool
    /// that has no limit of its own.
    pub fn watchdog(mut self, limit: Duration) -> Self {
        self.watchdog = Some(limit);
        self
    }

    /// Makes the pool. Starts no thread.
    ///
    /// # Errors
    ///
    /// If there are to be 0 workers, or the name has a zero byte, which no thread can be called by; the error
    /// [is a spawn error](Error::is_spawn).
    pub fn build(self) -> Result<ThreadPool, Error> {
        let n_threads = self.workers.unwrap_or_else(config::available_workers);
        if n_threads == 0 {
            return Err(Error::spawn("`workers` must be at least 1, but is 0"));
        }
        let pool = PoolId::next();
        let name = self.name.unwrap_or_else(|| format!("concurrent-{}", pool.number()));
        if name.contains('\0') {
            return Err(Error::spawn("`name` must not contain a zero byte"));
        }
        let watchdog = self.watchdog.or_else(config::watchdog);
        Ok(ThreadPool::of(Plan { pool, n_threads, name, initializer: self.initializer, watchdog }))
    }
}

impl fmt::Debug for ThreadPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workers, name, initializer, watchdog } = self;
        f.debug_struct("ThreadPoolBuilder")
            .field("workers", workers)
            .field("name", name)
            .field("initializer", &initializer.is_some())
            .field("watchdog", watchdog)
            .finish()
    }
}
