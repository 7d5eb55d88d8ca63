//! What an annotated task expands to.
//!
//! ```text
//! #[concurrent(task, workers = 4, pool = &P)] fn hash_one(n: u64) -> String
//!     hash_one::submit(n)   →  submit_task(TaskOptions::new("hash_one").workers(4).pool(&P), move || hash_one(n))
//!     hash_one::map(inputs) →  map_task(TaskOptions::new("hash_one").workers(4).pool(&P), inputs, |n| hash_one(n))
//! ```

use std::marker::PhantomData;

use crate::config;
use crate::executor::{Inline, Launch, Map};
use crate::future::Future;
use crate::label::Label;
use crate::role;
use crate::shared;
use crate::thread::pool::ThreadPool;

/// The options of an annotated task, as they were written.
#[derive(Debug)]
#[must_use]
pub struct TaskOptions {
    label: Label,
    sequential: bool,
    workers: Option<usize>,
    chunk_size: Option<usize>,
    buffer_size: Option<usize>,
    pool: Option<&'static ThreadPool>,
}

impl TaskOptions {
    /// No options: `TaskOptions::new("hash_one")`. Errors name the task by this name and the line of the call.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self {
            label: Label::new(name),
            sequential: false,
            workers: None,
            chunk_size: None,
            buffer_size: None,
            pool: None,
        }
    }

    /// `mode = "sequential"`: here and now.
    pub fn sequential(mut self) -> Self {
        self.sequential = true;
        self
    }

    counted_options! { workers: workers chunksize: chunk_size buffersize: buffer_size }

    /// `pool = p`
    pub fn pool(mut self, pool: &'static ThreadPool) -> Self {
        self.pool = Some(pool);
        self
    }

    fn executor(&self) -> Executor {
        if self.sequential || role::caller_runs(self.workers.is_some() || self.pool.is_some()) {
            return Executor::Inline;
        }
        let n_workers = || self.workers.unwrap_or_else(config::available_workers);
        Executor::Pool(self.pool.unwrap_or_else(|| shared::task_pool(n_workers())))
    }
}

/// A type that a bound names by way of a parameter: `P: Is<It = Rc<u64>>, P::It: Argument`. Where it does not hold, that is an
/// error of the call, not of the declaration.
pub trait Is {
    /// The type itself.
    type It;
}

/// Says which type it is: `Type<Rc<u64>>`.
#[derive(Debug)]
pub struct Type<T>(PhantomData<T>);

impl<T> Is for Type<T> {
    type It = T;
}

/// The same by way of another type: `<I as Beside<Rc<u64>>>::It` is `Rc<u64>`.
pub trait Beside<T> {
    /// The type itself.
    type It;
}

impl<I, T> Beside<T> for I {
    type It = T;
}

/// `hash_one::submit(n)`: `submit_task(options, move || hash_one(n))`.
pub fn submit_task<F, T>(options: TaskOptions, work: F) -> Future<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match options.executor() {
        Executor::Inline => Inline.launch(options.label, work),
        Executor::Pool(pool) => pool.launch(options.label, work),
    }
}

/// `hash_one::map(inputs)`: `map_task(options, inputs, |n| hash_one(n))`.
pub fn map_task<I, F, T>(options: TaskOptions, inputs: I, work: F) -> Map<'static, I::IntoIter, T>
where
    I: IntoIterator,
    I::Item: Send + 'static,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    let inputs = inputs.into_iter();
    let map = match options.executor() {
        Executor::Inline => Map::new(Inline, options.label, work, inputs),
        Executor::Pool(pool) => Map::new(pool, options.label, work, inputs),
    };
    map.tuned(options.chunk_size, options.buffer_size)
}

enum Executor {
    Inline,
    Pool(&'static ThreadPool),
}

/// What a task may be given: called as a bound of `submit` and `map`, for the sake of the message.
#[diagnostic::on_unimplemented(
    message = "[C063] `{Self}` cannot be an argument of a task: it must be sent to another thread and be kept there",
    label = "not `Send + 'static`",
    note = "help: take an owned value that is `Send` (`Rc` → `Arc`, a borrow → its owner)"
)]
pub trait Argument: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Argument for T {}

/// What a task may return.
#[diagnostic::on_unimplemented(
    message = "[C063] `{Self}` cannot be the result of a task: it must be sent back from another thread",
    label = "not `Send + 'static`",
    note = "help: return an owned value that is `Send` (`Rc` → `Arc`, `Box<dyn Error>` → `Box<dyn Error + Send + Sync>`)"
)]
pub trait Output: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Output for T {}
