//! The process pool: what its owner holds.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::batch::{Batch, Callee, Limits};
use super::collect::{Many, One};
use super::core::{Core, Plan, Ticket};
use super::state::State;
use crate::config;
use crate::error::Error;
use crate::executor::{Call, ChunkResults, Feed, Map};
use crate::future::{Collect, Future, Remote, Sink, finished};
use crate::label::Label;
use crate::ship::encode;
use crate::ship::function::Function;
use crate::sync::Arc;
use crate::task::outcome;
use crate::thread::pool::Shutdown;
use crate::wire::frame::check_length;
use crate::wire::message::Output;

/// A pool of worker processes that run tasks: for code that may crash, hang, leak, or that is not made for threads.
///
/// A worker is this same executable, started again when tasks need it. It is recognised before `main`, so a program does
/// nothing for it; see [`init`](crate::init) for builds without constructors. For speed alone, threads are better: they
/// start faster and share memory.
///
/// # What can travel
///
/// Functions that capture nothing: the name of a function, or a closure that uses only its arguments. (That they are
/// `Copy`, `Send`, `'static` and of no size is checked when the program is built.) Arguments and results are serde types;
/// they are encoded here and decoded there. Encoded, one may take up to 64 GiB, or as many bytes as
/// `CONCURRENT_LONGEST_VALUE` says.
///
/// **Do not capture tokens**: values of no size that stand for something done in this process, such as `lib::init()`. The
/// compiler does not tell them from nothing, so if one is `Copy`, `Send` and `'static`, it comes to be in the worker too,
/// where nobody has done it; if `unsafe` code relies on it, the behaviour is undefined. (Those of one thread, which are not
/// `Send`, and those of a scope, which have a lifetime, are refused.) Do in the task, or in the
/// [initializer](ProcessPoolBuilder::initializer), what the token stands for.
///
/// # Failure
///
/// The failure of a task is its own. A crash, a [run limit](ProcessPoolBuilder::timeout), a value that cannot be encoded or
/// decoded: the other tasks are not touched, what had not started goes to another worker, and a dead worker is replaced. A
/// panic leaves its worker alive.
///
/// # Workers
///
/// They are started when tasks need them, share nothing with this process but standard output and error, and die with
/// it, however it ends. One that says nothing for a minute after its start (or as many seconds as `CONCURRENT_START_LIMIT` says)
/// is killed; where no other serves, what waits is told so. Statics, the current directory and the environment are their own. Their standard input is
/// empty.
///
/// # Drop
///
/// Dropping a pool is [`shutdown(Shutdown::Wait)`](Self::shutdown): it blocks until every submitted task has run.
///
/// # Example
///
/// ```
/// use concurrent_futures::ProcessPool;
///
/// fn slow(n: u64) -> u64 {
///     if n == 13 { std::process::abort() }
///     n * n
/// }
///
/// let pool = ProcessPool::new(2)?;
/// let results: Vec<_> = pool.map(slow, 10..15).collect();
/// assert_eq!(*results[2].as_ref().unwrap(), 144);
/// assert!(results[3].as_ref().is_err_and(|error| error.is_worker_died()));
/// assert_eq!(*results[4].as_ref().unwrap(), 196);
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[must_use = "dropping a pool waits for its tasks"]
pub struct ProcessPool {
    core: Arc<Core>,
    limits: Limits,
}

impl ProcessPool {
    /// A pool with so many workers.
    ///
    /// # Errors
    ///
    /// If `workers` is 0, or the system has no descriptors left; the error [is a spawn error](Error::is_spawn).
    pub fn new(workers: usize) -> Result<Self, Error> {
        Self::builder().workers(workers).build()
    }

    /// A pool with an initializer, limits, or a name.
    pub fn builder() -> ProcessPoolBuilder {
        ProcessPoolBuilder::new()
    }

    /// How many tasks may run at once.
    pub fn workers(&self) -> usize {
        self.core.plan.n_workers
    }

    /// Has `function` called with `args` in a worker: a plain value for one argument, a tuple for several, `()` for none.
    ///
    /// Never blocks and never panics: what goes wrong is in the future, also that the arguments
    /// [cannot be encoded](Error::is_encode) or the pool [is shut down](Error::is_shutdown). The arguments are encoded, and
    /// dropped, here and now.
    ///
    /// # Example
    ///
    /// ```
    /// fn power(base: u64, exponent: u32) -> u64 { base.pow(exponent) }
    ///
    /// let pool = concurrent_futures::ProcessPool::new(1)?;
    /// assert_eq!(pool.submit(power, (2, 10)).result()?, 1024);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn submit<F, Args, Style>(&self, function: F, args: Args) -> Future<F::Output>
    where
        F: Call<Args, Style> + Copy + Send + 'static,
        F::Output: Serialize + DeserializeOwned + Send + 'static,
        Args: Serialize + DeserializeOwned,
    {
        let _captures_nothing = function;
        self.submit_as::<F, Args, Style>(Label::of::<F>(), args, self.limits)
    }

    /// Has a closure run in a worker. It captures nothing; like [`submit`](Self::submit) in all else.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ProcessPool::new(1)?;
    /// let there = pool.spawn(|| std::process::id()).result()?;
    /// assert_ne!(there, std::process::id());
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn<F, T>(&self, function: F) -> Future<T>
    where
        F: FnOnce() -> T + Copy + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        self.submit(function, ())
    }

    /// Calls `function` on each input in a worker; gives the results in the order of the inputs, a bounded way ahead.
    ///
    /// A function of several arguments takes a tuple, as with [`Iterator::map`]: `pool.map(|(a, b)| add(a, b), pairs)`.
    /// See [`Map`] for its options, and for what happens on errors and drops.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ProcessPool::new(2)?;
    /// let lengths: Vec<usize> = pool.map(|word: String| word.len(), ["one".into(), "three".into()]).collect::<Result<_, _>>()?;
    /// assert_eq!(lengths, [3, 5]);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    #[track_caller]
    pub fn map<I, F, T>(&self, function: F, inputs: I) -> Map<'_, I::IntoIter, T>
    where
        I: IntoIterator,
        I::Item: Serialize + DeserializeOwned,
        F: Fn(I::Item) -> T + Copy + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let _captures_nothing = function;
        self.map_as::<_, F, T>(Label::of::<F>(), inputs.into_iter(), self.limits)
    }

    /// Takes no more tasks, and deals with those it has as `how` says. Later submits give a future that
    /// [is shut down](Error::is_shutdown).
    ///
    /// Blocks until every worker has ended. With [`Shutdown::Kill`] what runs ends with an error that says that
    /// [its worker died](Error::is_worker_died). May be called again, also with another `how`.
    ///
    /// # Example
    ///
    /// ```
    /// use concurrent_futures::{ProcessPool, Shutdown};
    ///
    /// let pool = ProcessPool::new(1)?;
    /// let endless = pool.spawn(|| std::thread::sleep(std::time::Duration::MAX));
    /// pool.shutdown(Shutdown::Kill);
    /// assert!(endless.result().is_err());
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn shutdown(&self, how: Shutdown) {
        self.core.close(|state| match how {
            Shutdown::Wait => Vec::new(),
            Shutdown::CancelPending => state.fail_pending(Error::cancelled),
            Shutdown::Kill => {
                let cancelled = state.fail_pending(Error::cancelled);
                state.kill_all();
                cancelled
            }
        });
        self.core.join();
    }

    /// The ids of the workers that live now. Also those that are about to end.
    pub fn worker_pids(&self) -> Vec<u32> {
        self.core.state.lock().children.iter().map(|child| child.process.pid()).collect()
    }

    /// Asks every worker to end, with SIGTERM, and closes the pool. What runs ends with an error that says that
    /// [its worker died](Error::is_worker_died), unless it handles the signal; what waits was
    /// [not run](Error::is_shutdown). Does not block.
    pub fn terminate_workers(&self) {
        self.end_workers(State::terminate_all);
    }

    /// Kills every worker, with SIGKILL, and closes the pool: like [`terminate_workers`](Self::terminate_workers), and
    /// nothing can refuse it.
    pub fn kill_workers(&self) {
        self.end_workers(State::kill_all);
    }

    fn end_workers(&self, end: impl FnOnce(&mut State)) {
        self.core.close(|state| {
            let refused = state.fail_pending(Error::shutdown);
            end(state);
            refused
        });
    }

    /// [`submit`](Self::submit), for annotated tasks.
    pub(crate) fn submit_as<F, Args, Style>(&self, label: Label, args: Args, limits: Limits) -> Future<F::Output>
    where
        F: Call<Args, Style> + Copy + Send + 'static,
        F::Output: Serialize + DeserializeOwned + Send + 'static,
        Args: Serialize + DeserializeOwned,
    {
        let shipped = Function::of::<F, Args, Style>().and_then(|function| {
            let mut arguments = self.core.arguments();
            encode_caught(&args, &mut arguments.output())?;
            arguments.bytes = self.core.spare.fit(arguments.bytes);
            Ok((function, arguments))
        });
        match shipped {
            Ok((function, arguments)) => {
                let remote = Remote::new(label, One::new());
                // Of one task nobody but its owner wants the result: a cancelled one is killed at once.
                let limits = Limits { grace: Some(Duration::ZERO), ..limits };
                let sink = Arc::clone(&remote) as Arc<_>;
                self.push(&remote, Batch::one(Callee::Function(function), limits, sink, arguments))
            }
            Err(reason) => finished(label, Err(Error::encode(label, reason))),
        }
    }

    /// [`map`](Self::map), for annotated tasks.
    pub(crate) fn map_as<I, F, T>(&self, label: Label, inputs: I, limits: Limits) -> Map<'_, I, T>
    where
        I: Iterator,
        I::Item: Serialize + DeserializeOwned,
        F: Fn(I::Item) -> T + Copy + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let function = Function::of::<F, I::Item, _>();
        let launch = move |items: Vec<I::Item>| {
            let function = match &function {
                Ok(function) => *function,
                Err(reason) => return finished(label, Err(Error::encode(label, reason.clone()))),
            };
            let encode = |item: I::Item, out: &mut Output<'_>| encode_caught(&item, out);
            self.chunk(label, Callee::Function(function), limits, items, encode)
        };
        Map::over(Feed::over(self.workers(), launch, inputs))
    }

    /// Has a chunk run whose items `encode` encodes.
    pub(crate) fn chunk<Item, T>(
        &self,
        label: Label,
        callee: Callee,
        limits: Limits,
        items: Vec<Item>,
        encode: impl Fn(Item, &mut Output<'_>) -> Result<(), String>,
    ) -> Future<ChunkResults<T>>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let (mut arguments, mut ends, mut failed) =
            (self.core.arguments(), Vec::with_capacity(items.len()), Vec::new());
        let mut output = arguments.output();
        for (index, item) in items.into_iter().enumerate() {
            if let Err(reason) = encode(item, &mut output) {
                failed.push((index, Error::encode(label, reason)));
            }
            ends.push(output.bytes().len());
        }
        let remote = Remote::new(label, Many::new(ends.len()));
        let sink: Arc<dyn Sink> = Arc::clone(&remote) as Arc<_>;
        let unsendable = failed.iter().map(|(index, _)| *index).collect();
        Arc::clone(&sink).answer(&mut failed.into_iter().map(|(index, error)| (index, Err(error))), &|task| task());
        arguments.bytes = self.core.spare.fit(arguments.bytes);
        self.push(&remote, Batch::many(callee, limits, sink, arguments, ends, unsendable))
    }

    fn push<C: Collect + 'static>(&self, remote: &Arc<Remote<C>>, batch: Batch) -> Future<C::Output> {
        let batch = Arc::new(batch);
        remote.is_at(Ticket::new(&self.core, &batch));
        let future = remote.future();
        self.core.push(batch);
        future
    }
}

impl Drop for ProcessPool {
    fn drop(&mut self) {
        self.shutdown(Shutdown::Wait);
    }
}

impl fmt::Debug for ProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { n_workers, name, .. } = &self.core.plan;
        write!(f, "ProcessPool({name}, {n_workers} workers)")
    }
}

/// Encodes a value; a panic on the way is an error like others.
fn encode_caught<T: Serialize>(value: &T, out: &mut Output<'_>) -> Result<(), String> {
    let before = out.mark();
    let encoded = outcome::catch(|| encode(value, out)).unwrap_or_else(|panic| {
        outcome::discard(panic);
        Err("encoding it panicked".to_owned())
    });
    let encoded = encoded.and_then(|()| check_length(out.since(before)));
    if encoded.is_err() {
        out.reset(before);
    }
    encoded
}

/// A [`ProcessPool`] to be. Made by [`ProcessPool::builder`].
///
/// # Example: a task that hangs
///
/// ```
/// use concurrent_futures::ProcessPool;
/// use std::time::Duration;
///
/// let pool = ProcessPool::builder().workers(1).timeout(Duration::from_millis(50)).build()?;
/// let hangs = pool.spawn(|| std::thread::sleep(Duration::MAX));
/// let error = hangs.result().unwrap_err();
/// assert!(error.is_timeout());
/// assert_eq!(pool.spawn(|| 7).result()?, 7); // by a new worker
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[must_use = "a builder makes no pool before `build`"]
pub struct ProcessPoolBuilder {
    workers: Option<usize>,
    name: Option<String>,
    initializer: Option<Result<Function, String>>,
    max_tasks_per_child: Option<usize>,
    limits: Limits,
}

impl ProcessPoolBuilder {
    fn new() -> Self {
        Self { workers: None, name: None, initializer: None, max_tasks_per_child: None, limits: Limits::default() }
    }

    /// How many tasks may run at once. The default is `CONCURRENT_WORKERS`, or what the machine offers.
    pub fn workers(mut self, n: usize) -> Self {
        self.workers = Some(n);
        self
    }

    /// What the pool is called in the names of its threads here. The default is `concurrent-processes`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What each worker runs before its first task. It captures nothing.
    ///
    /// If it panics, all tasks of the pool, waiting or still to come, end with an error that
    /// [is a spawn error](Error::is_spawn) and tells the panic's text.
    pub fn initializer<F: Fn() + Copy + Send + 'static>(mut self, initializer: F) -> Self {
        let _captures_nothing = initializer;
        self.initializer = Some(Function::of::<F, (), _>());
        self
    }

    /// How many tasks a worker runs before a new one takes its place. The default is no limit.
    pub fn max_tasks_per_child(mut self, n: usize) -> Self {
        self.max_tasks_per_child = Some(n);
        self
    }

    /// How long a task may run. It is counted from the start of its execution; a worker that runs longer is killed, and the
    /// error [is a time-out](Error::is_timeout). The default is no limit.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = Some(limit);
        self
    }

    /// How often a task runs again after its worker died or was killed because it ran too long. The default is 0.
    pub fn retries(mut self, n: u32) -> Self {
        self.limits.retries = n;
        self
    }

    /// Makes the pool. Starts no process.
    ///
    /// # Errors
    ///
    /// If there are to be 0 workers or 0 tasks for each, the name has a zero byte, or the system has no descriptors left; the
    /// error [is a spawn error](Error::is_spawn).
    pub fn build(self) -> Result<ProcessPool, Error> {
        let n_workers = self.workers.unwrap_or_else(config::available_workers);
        if n_workers == 0 {
            return Err(Error::spawn("`workers` must be at least 1, but is 0"));
        }
        if self.max_tasks_per_child == Some(0) {
            return Err(Error::spawn("`max_tasks_per_child` must be at least 1, but is 0"));
        }
        let name = self.name.unwrap_or_else(|| "concurrent-processes".to_owned());
        if name.contains('\0') {
            return Err(Error::spawn("`name` must not contain a zero byte"));
        }
        let initializer = self.initializer.transpose().map_err(Error::spawn)?;
        let max_tasks = self.max_tasks_per_child.unwrap_or(usize::MAX);
        let core = Core::new(Plan { n_workers, name, initializer, max_tasks })?;
        Ok(ProcessPool { core, limits: self.limits })
    }
}

impl fmt::Debug for ProcessPoolBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workers, name, initializer, max_tasks_per_child, limits } = self;
        f.debug_struct("ProcessPoolBuilder")
            .field("workers", workers)
            .field("name", name)
            .field("initializer", &initializer.is_some())
            .field("max_tasks_per_child", max_tasks_per_child)
            .field("timeout", &limits.timeout)
            .field("retries", &limits.retries)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role;

    #[test]
    fn unit_tests_have_workers_too() {
        let pool = ProcessPool::new(1).unwrap();
        let there = pool.spawn(std::process::id).result().unwrap();
        assert!(there != std::process::id());
        assert!(role::is_worker_process() != pool.spawn(role::is_worker_process).result().unwrap());
    }
}
