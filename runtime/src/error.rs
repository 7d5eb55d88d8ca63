//! The one error of this crate: what went wrong, in which task, and what to do about it.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use crate::label::Label;
use crate::sync::Mutex;

/// Why a task, a wait or a pool did not give a value.
///
/// Errors are opaque: ask what happened with the `is_…` methods, and for details with the accessors, each of
/// which is `None` where it means nothing. The text is one line that names the task (its function and the
/// source line that submitted it), the cause, and what to do next.
///
/// # Example: telling a panic from a cancellation
///
/// ```
/// use concurrent_futures::ThreadPool;
///
/// let pool = ThreadPool::new(1)?;
/// let error = pool.spawn(|| -> u64 { panic!("no such file") }).result().unwrap_err();
/// assert!(error.is_panic() && !error.is_cancelled());
/// assert_eq!(error.panic_message(), Some("no such file"));
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
pub struct Error(Box<Failure>);

/// What happened, and to which task if it happened to one.
struct Failure {
    task: Option<Label>,
    kind: Kind,
}

enum Kind {
    Panic(TaskPanic),
    Cancelled,
    Shutdown,
    Spawn {
        reason: String,
    },
    Timeout {
        what: String,
    },
    /// The task ran into its own limit, and its worker was killed.
    RunLimit {
        limit: Duration,
        worker: DeadWorker,
    },
    WorkerDied(DeadWorker),
    Encode {
        reason: String,
    },
    Decode {
        reason: String,
    },
    Deadlock {
        cycle: String,
    },
}

/// The process that had a task, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeadWorker {
    pub(crate) pid: u32,
    pub(crate) signal: Option<i32>,
    pub(crate) exit_code: Option<i32>,
}

/// A caught panic: what it said, where it was, and the payload it carried.
pub(crate) struct TaskPanic {
    pub(crate) message: Option<String>,
    pub(crate) place: Option<String>,
    /// The worker process it happened in, and its backtrace if one was asked for.
    pub(crate) process: Option<(u32, Option<String>)>,
    /// The lock makes the payload, which is only `Send`, shareable; nobody ever waits for it.
    pub(crate) payload: Option<Mutex<Box<dyn Any + Send>>>,
}

impl Error {
    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.0.kind, Kind::Panic(_))
    }

    /// Whether the process that ran the task died. Never with threads: a thread dies with its program.
    ///
    /// [`signal`](Self::signal) and [`exit_code`](Self::exit_code) tell how.
    pub fn is_worker_died(&self) -> bool {
        matches!(self.0.kind, Kind::WorkerDied(_))
    }

    /// Whether a time limit passed: that of a wait, or the run limit of a task in a worker process.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout { .. } | Kind::RunLimit { .. })
    }

    /// Whether the task was cancelled: before it started, or, in a worker process, while it ran.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0.kind, Kind::Cancelled)
    }

    /// Whether waiting could never have ended, because tasks wait for each other in a cycle.
    pub fn is_deadlock(&self) -> bool {
        matches!(self.0.kind, Kind::Deadlock { .. })
    }

    /// Whether the pool no longer accepted, or no longer ran, the task because it had been shut down.
    pub fn is_shutdown(&self) -> bool {
        matches!(self.0.kind, Kind::Shutdown)
    }

    /// Whether an argument, or the result, could not be encoded to be sent between processes. Never with threads.
    pub fn is_encode(&self) -> bool {
        matches!(self.0.kind, Kind::Encode { .. })
    }

    /// Whether an argument, or the result, arrived in the other process and could not be decoded. Never with threads.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode { .. })
    }

    /// Whether a worker could not be started, or its initializer failed.
    pub fn is_spawn(&self) -> bool {
        matches!(self.0.kind, Kind::Spawn { .. })
    }

    /// The text of the panic, if there was one and it was text.
    pub fn panic_message(&self) -> Option<&str> {
        self.panic()?.message.as_deref()
    }

    /// Where the panic was, as `file:line:column`, if there was one and its place is known.
    ///
    /// The place is unknown if the program replaced the panic hook after its first pool started, and for
    /// payloads thrown by [`std::panic::resume_unwind`].
    pub fn panic_location(&self) -> Option<&str> {
        self.panic()?.place.as_deref()
    }

    /// The backtrace of a panic in a worker process, if `RUST_BACKTRACE` asked for one. Always `None` with threads, where
    /// the panic hook prints it.
    pub fn panic_backtrace(&self) -> Option<&str> {
        self.panic()?.process.as_ref()?.1.as_deref()
    }

    /// The id of the worker process that ran the task, if the task failed there. Always `None` with threads.
    pub fn worker_pid(&self) -> Option<u32> {
        match &self.0.kind {
            Kind::Panic(panic) => panic.process.as_ref().map(|(pid, _)| *pid),
            _ => self.dead_worker().map(|worker| worker.pid),
        }
    }

    /// The signal that ended the worker process. Always `None` with threads.
    pub fn signal(&self) -> Option<i32> {
        self.dead_worker()?.signal
    }

    /// The exit code of the worker process. Always `None` with threads.
    pub fn exit_code(&self) -> Option<i32> {
        self.dead_worker()?.exit_code
    }

    /// The payload of the panic, fit for [`std::panic::resume_unwind`].
    ///
    /// # Errors
    ///
    /// Gives the error back if it is not a panic.
    ///
    /// # Example: passing a task's panic on
    ///
    /// ```should_panic
    /// # let pool = concurrent_futures::ThreadPool::new(1).unwrap();
    /// match pool.spawn(|| panic!("in the task")).result() {
    ///     Ok(()) => println!("fine"),
    ///     Err(error) => match error.into_panic() {
    ///         Ok(payload) => std::panic::resume_unwind(payload),
    ///         Err(other) => println!("{other}"),
    ///     },
    /// }
    /// ```
    pub fn into_panic(mut self) -> Result<Box<dyn Any + Send>, Error> {
        match &mut self.0.kind {
            Kind::Panic(TaskPanic { payload, .. }) => match payload.take() {
                Some(payload) => Ok(payload.into_inner()),
                None => Err(self),
            },
            _ => Err(self),
        }
    }

    fn dead_worker(&self) -> Option<DeadWorker> {
        match self.0.kind {
            Kind::WorkerDied(worker) | Kind::RunLimit { worker, .. } => Some(worker),
            _ => None,
        }
    }

    fn panic(&self) -> Option<&TaskPanic> {
        match &self.0.kind {
            Kind::Panic(panic) => Some(panic),
            _ => None,
        }
    }
}

impl Error {
    pub(crate) fn from_panic(task: Label, panic: TaskPanic) -> Self {
        Self::new(Some(task), Kind::Panic(panic))
    }

    pub(crate) fn cancelled(task: Label) -> Self {
        Self::new(Some(task), Kind::Cancelled)
    }

    pub(crate) fn shutdown(task: Label) -> Self {
        Self::new(Some(task), Kind::Shutdown)
    }

    /// The process that ran the task is dead.
    pub(crate) fn worker_died(task: Label, worker: DeadWorker) -> Self {
        Self::new(Some(task), Kind::WorkerDied(worker))
    }

    /// The task ran for longer than `limit`.
    pub(crate) fn run_limit(task: Label, limit: Duration, worker: DeadWorker) -> Self {
        Self::new(Some(task), Kind::RunLimit { limit, worker })
    }

    /// What the task was to be given, or gave, cannot travel.
    pub(crate) fn encode(task: Label, reason: impl Into<String>) -> Self {
        Self::new(Some(task), Kind::Encode { reason: reason.into() })
    }

    /// What the task was to be given, or gave, travelled and cannot be read.
    pub(crate) fn decode(task: Label, reason: impl Into<String>) -> Self {
        Self::new(Some(task), Kind::Decode { reason: reason.into() })
    }

    /// No worker could be started, for the given reason.
    pub(crate) fn spawn(reason: impl Into<String>) -> Self {
        Self::new(None, Kind::Spawn { reason: reason.into() })
    }

    /// No worker could be started that would have run `task`.
    pub(crate) fn not_started(task: Label, reason: impl Into<String>) -> Self {
        Self::new(Some(task), Kind::Spawn { reason: reason.into() })
    }

    /// `what` says what was unfinished when the time was up.
    pub(crate) fn timeout(what: impl Into<String>) -> Self {
        Self::new(None, Kind::Timeout { what: what.into() })
    }

    /// `cycle` names every task of the cycle, in order.
    pub(crate) fn deadlock(cycle: String) -> Self {
        Self::new(None, Kind::Deadlock { cycle })
    }

    /// The same failure for another item of the chunk that suffered it. A panic's payload stays with the original.
    pub(crate) fn for_next_item(&self) -> Self {
        let kind = match &self.0.kind {
            Kind::Panic(TaskPanic { message, place, process, .. }) => {
                let (message, place, process) = (message.clone(), place.clone(), process.clone());
                Kind::Panic(TaskPanic { message, place, process, payload: None })
            }
            Kind::RunLimit { limit, worker } => Kind::RunLimit { limit: *limit, worker: *worker },
            Kind::WorkerDied(worker) => Kind::WorkerDied(*worker),
            Kind::Encode { reason } => Kind::Encode { reason: reason.clone() },
            Kind::Decode { reason } => Kind::Decode { reason: reason.clone() },
            Kind::Cancelled => Kind::Cancelled,
            Kind::Shutdown => Kind::Shutdown,
            Kind::Spawn { reason } => Kind::Spawn { reason: reason.clone() },
            Kind::Timeout { what } => Kind::Timeout { what: what.clone() },
            Kind::Deadlock { cycle } => Kind::Deadlock { cycle: cycle.clone() },
        };
        Self::new(self.0.task, kind)
    }

    fn new(task: Option<Label>, kind: Kind) -> Self {
        Self(Box::new(Failure { task, kind }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(task) = self.0.task {
            write!(f, "{task} ")?;
        }
        match &self.0.kind {
            Kind::Panic(TaskPanic { message, place, .. }) => {
                f.write_str("panicked")?;
                if let Some(place) = place {
                    write!(f, " at {place}")?;
                }
                if let Some(message) = message {
                    write!(f, ": {}", OneLine(message))?;
                }
                f.write_str("; other tasks are not affected, fix the panic or handle this error")
            }
            Kind::Cancelled => f.write_str("was cancelled; submit it again if its result is needed"),
            Kind::Shutdown => {
                f.write_str("did not run: its pool is shut down; submit it before the shutdown, or to another pool")
            }
            Kind::Spawn { reason } if self.0.task.is_some() => write!(f, "did not run: {}", OneLine(reason)),
            Kind::Spawn { reason } => write!(f, "no worker: {}", OneLine(reason)),
            Kind::Timeout { what } => write!(f, "time is up: {what}; allow more time, or go on without"),
            Kind::RunLimit { limit, worker } => {
                let pid = worker.pid;
                write!(
                    f,
                    "ran longer than its limit of {limit:?}, and its worker process {pid} was killed; allow more time, or look for what never ends"
                )
            }
            Kind::WorkerDied(worker) => {
                write!(
                    f,
                    "lost its worker: {worker}; other tasks are not affected, look for the crash in its code, or allow retries"
                )
            }
            Kind::Encode { reason } => {
                write!(
                    f,
                    "cannot be sent between processes: {}; give and return what serde can encode",
                    OneLine(reason)
                )
            }
            Kind::Decode { reason } => {
                write!(f, "sent what cannot be read in the other process: {}; check its `Deserialize`", OneLine(reason))
            }
            Kind::Deadlock { cycle } => {
                write!(f, "deadlock: {cycle}; waiting would never end, let one of them finish without the other")
            }
        }
    }
}

impl fmt::Display for DeadWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, signal, exit_code } = self;
        match (signal, exit_code) {
            (Some(signal), _) => write!(f, "process {pid} was ended by signal {signal}{}", SignalName(*signal)),
            (None, Some(code)) => write!(f, "process {pid} exited with code {code}"),
            (None, None) => write!(f, "process {pid} ended"),
        }
    }
}

/// The name of the signals by which programs usually end.
struct SignalName(i32);

impl fmt::Display for SignalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The numbers that all Unix systems share.
        let name = match self.0 {
            2 => "SIGINT",
            4 => "SIGILL",
            6 => "SIGABRT",
            8 => "SIGFPE",
            9 => "SIGKILL",
            11 => "SIGSEGV",
            15 => "SIGTERM",
            _ => return Ok(()),
        };
        write!(f, " ({name})")
    }
}

/// The text of [`Display`](fmt::Display) in quotes' place, so that `unwrap` shows what happened.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {}

/// Text from elsewhere, kept from breaking the line.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, line) in self.0.lines().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(line.trim())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_however_many_the_panic_had() {
        let panic =
            TaskPanic { message: Some("left: 1\n right: 2".to_owned()), place: None, process: None, payload: None };
        let text = Error::from_panic(Label::new("compare"), panic).to_string();
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("`compare`") && text.contains("left: 1 right: 2"), "{text}");
    }

    #[test]
    fn an_error_travels_between_threads() {
        fn travels<E: std::error::Error + Send + Sync + 'static>() {}
        travels::<Error>();
    }
}
