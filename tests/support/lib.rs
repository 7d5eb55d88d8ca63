//! What the tests share: a time limit for each test, the schedules to run a whole test binary under, gates to hold tasks
//! at, and the executors to test.

mod counted;
mod door;
mod journal;
mod probe;
mod random;
pub mod states;
mod tasks;

use std::pin::pin;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use concurrent_futures::__private::{TaskOptions, map_task, submit_task};
use concurrent_futures::{Future, Map, ProcessPool, Shutdown, ThreadPool};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use counted::Counted;
pub use door::{Door, Scratch, until};
pub use journal::Journal;
pub use probe::{Probe, descriptors, is_alive, n_children, signal, status_of, threads_named, while_asleep_in};
pub use random::Random;
pub use tasks::{nap, pass};

/// No promise takes this long to keep: a test that does hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Runs a test; fails it if it takes longer than any test may. A hanging thread is left behind.
///
/// # Panics
///
/// If the time is up, or with the panic of the test.
pub fn timed(test: impl FnOnce() + Send + 'static) {
    timed_within(TIME_LIMIT, test);
}

/// The same for a test that takes longer than others.
///
/// # Panics
///
/// If the time is up, or with the panic of the test.
pub fn timed_within(limit: Duration, test: impl FnOnce() + Send + 'static) {
    let (tell, told) = mpsc::channel();
    let runner = thread::Builder::new().name("test".to_owned()).spawn(move || {
        test();
        // Nobody listens any more if the time was up.
        tell.send(()).ok();
    });
    let runner = runner.expect("a thread for the test");
    match told.recv_timeout(limit) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the test did not end within {limit:?}"),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => {
            if let Err(panic) = runner.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// The smallest async runtime: polls on this thread, and parks.
pub fn block_on<F: std::future::Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The variable that puts execution into an order that no good schedule would choose.
const SCHEDULE: &str = "CONCURRENT_SCHEDULE";

/// Runs all other tests of the calling test's binary once more under `schedule`, each a process of its own. `this_test`
/// is the name of the calling test.
///
/// # Panics
///
/// If a test fails under the schedule, or if they take too long.
pub fn all_under_schedule(schedule: &str, this_test: &str) {
    if env::var_os(SCHEDULE).is_some() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut command = Command::new(env::current_exe().expect("this is a program"));
    command.args(["--skip", this_test]).env(SCHEDULE, schedule);
    command.stdout(fs::File::create(&out).expect("a file for the output"));
    command.stderr(fs::File::create(&err).expect("a file for the errors"));
    let mut child = command.spawn().expect("this program can be started again");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child is ours") {
            break Some(status);
        }
        if start.elapsed() > 2 * TIME_LIMIT {
            // It may have ended just now.
            child.kill().ok();
            child.wait().expect("the child is ours");
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    if !status.is_some_and(|status| status.success()) {
        let text = |path| fs::read_to_string(path).unwrap_or_default();
        panic!("with {SCHEDULE}={schedule}: {status:?} (none: too slow)\n{}\n{}", text(&out), text(&err));
    }
}

/// Tests that all other tests of a binary pass under each schedule.
#[macro_export]
macro_rules! under_each_schedule {
    () => {
        mod under_each_schedule {
            #[test]
            fn reverse() {
                $crate::all_under_schedule("reverse", "under_each_schedule");
            }

            #[test]
            fn random() {
                let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |now| now.subsec_nanos());
                $crate::all_under_schedule(&format!("random:{nanos}"), "under_each_schedule");
            }

            #[test]
            fn one() {
                $crate::all_under_schedule("one", "under_each_schedule");
            }
        }
    };
}

/// Tests that each body, a function generic over [`Executor`], holds over each of them.
#[macro_export]
macro_rules! over_every_executor {
    ($($body:ident)*) => {
        mod sequential {
            $(#[test]
            fn $body() {
                $crate::timed(super::$body::<$crate::Sequential>);
            })*
        }
        mod threads {
            $(#[test]
            fn $body() {
                $crate::timed(super::$body::<concurrent_futures::ThreadPool>);
            })*
        }
        mod processes {
            $(#[test]
            fn $body() {
                $crate::timed(super::$body::<concurrent_futures::ProcessPool>);
            })*
        }
    };
}

/// Tests that each body, a function generic over [`Pool`], holds over each kind of pool.
#[macro_export]
macro_rules! over_every_pool {
    ($($body:ident)*) => {
        mod pool_of_threads {
            $(#[test]
            fn $body() {
                $crate::timed(super::$body::<concurrent_futures::ThreadPool>);
            })*
        }
        mod pool_of_processes {
            $(#[test]
            fn $body() {
                $crate::timed(super::$body::<concurrent_futures::ProcessPool>);
            })*
        }
    };
}

/// A gate that tasks wait at. It counts who has come, and stays open once opened (or dropped by its owner).
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    arrived: usize,
    open: bool,
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// In a task: says that it is here, and waits until the gate is open.
    pub fn pass(&self) {
        let mut state = self.lock();
        state.arrived += 1;
        self.0.1.notify_all();
        while !state.open {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// In the test: waits until `n` tasks have come.
    pub fn wait_for(&self, n: usize) {
        let mut state = self.lock();
        while state.arrived < n {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How many have come so far.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.lock().arrived
    }

    /// Lets everybody pass, now and later.
    pub fn open(&self) {
        self.lock().open = true;
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every kind of executor can carry.
pub trait Value: Serialize + DeserializeOwned + Send + 'static {}

impl<T: Serialize + DeserializeOwned + Send + 'static> Value for T {}

/// What the promises about futures and maps are tested over. A kind of pool joins by implementing this.
///
/// Functions capture nothing.
pub trait Executor: Sized + 'static {
    /// Whether tasks run beside the caller, and not inside the call that submits them.
    const RUNS_BESIDE: bool;

    /// An executor that runs so many tasks at once, if it runs any beside the caller.
    fn with_workers(n: usize) -> Self;

    /// Has `function` called with `argument`.
    fn submit<F, A, R>(&self, function: F, argument: A) -> Future<R>
    where
        F: Fn(A) -> R + Copy + Send + Sync + 'static,
        A: Value,
        R: Value;

    /// Calls `function` on each input.
    fn map<F, I, R>(&self, function: F, inputs: I) -> Map<'_, I::IntoIter, R>
    where
        F: Fn(I::Item) -> R + Copy + Send + Sync + 'static,
        I: IntoIterator,
        I::Item: Value,
        R: Value;
}

/// Here and now: what an annotated task does with `mode = "sequential"`.
pub struct Sequential;

impl Executor for Sequential {
    const RUNS_BESIDE: bool = false;

    fn with_workers(_: usize) -> Self {
        Self
    }

    fn submit<F, A, R>(&self, function: F, argument: A) -> Future<R>
    where
        F: Fn(A) -> R + Copy + Send + Sync + 'static,
        A: Value,
        R: Value,
    {
        submit_task(TaskOptions::new("sequential").sequential(), move || function(argument))
    }

    fn map<F, I, R>(&self, function: F, inputs: I) -> Map<'_, I::IntoIter, R>
    where
        F: Fn(I::Item) -> R + Copy + Send + Sync + 'static,
        I: IntoIterator,
        I::Item: Value,
        R: Value,
    {
        map_task(TaskOptions::new("sequential").sequential(), inputs, function)
    }
}

impl Executor for ThreadPool {
    const RUNS_BESIDE: bool = true;

    fn with_workers(n: usize) -> Self {
        Self::new(n).expect("at least one worker")
    }

    fn submit<F, A, R>(&self, function: F, argument: A) -> Future<R>
    where
        F: Fn(A) -> R + Copy + Send + Sync + 'static,
        A: Value,
        R: Value,
    {
        self.spawn(move || function(argument))
    }

    fn map<F, I, R>(&self, function: F, inputs: I) -> Map<'_, I::IntoIter, R>
    where
        F: Fn(I::Item) -> R + Copy + Send + Sync + 'static,
        I: IntoIterator,
        I::Item: Value,
        R: Value,
    {
        Self::map(self, function, inputs)
    }
}

impl Executor for ProcessPool {
    const RUNS_BESIDE: bool = true;

    fn with_workers(n: usize) -> Self {
        Self::new(n).expect("at least one worker")
    }

    fn submit<F, A, R>(&self, function: F, argument: A) -> Future<R>
    where
        F: Fn(A) -> R + Copy + Send + Sync + 'static,
        A: Value,
        R: Value,
    {
        Self::submit(self, function, argument)
    }

    fn map<F, I, R>(&self, function: F, inputs: I) -> Map<'_, I::IntoIter, R>
    where
        F: Fn(I::Item) -> R + Copy + Send + Sync + 'static,
        I: IntoIterator,
        I::Item: Value,
        R: Value,
    {
        Self::map(self, function, inputs)
    }
}

/// A pool of workers of any kind.
pub trait Pool: Executor + Sync {
    /// A pool that runs `initializer` in each worker.
    fn with_initializer<F: Fn() + Copy + Send + Sync + 'static>(n: usize, initializer: F) -> Self;

    /// Which worker the caller is.
    fn here() -> String;

    /// Closes the pool.
    fn shutdown(&self, how: Shutdown);
}

impl Pool for ThreadPool {
    fn with_initializer<F: Fn() + Copy + Send + Sync + 'static>(n: usize, initializer: F) -> Self {
        Self::builder().workers(n).initializer(initializer).build().expect("at least one worker")
    }

    fn here() -> String {
        format!("{:?}", thread::current().id())
    }

    fn shutdown(&self, how: Shutdown) {
        Self::shutdown(self, how);
    }
}

impl Pool for ProcessPool {
    fn with_initializer<F: Fn() + Copy + Send + Sync + 'static>(n: usize, initializer: F) -> Self {
        Self::builder().workers(n).initializer(initializer).build().expect("at least one worker")
    }

    fn here() -> String {
        std::process::id().to_string()
    }

    fn shutdown(&self, how: Shutdown) {
        Self::shutdown(self, how);
    }
}
