//! What annotated loops and tasks with `mode = "process"` expand to.
//!
//! ```text
//! let options = ProcessOptions::new("name").workers(10).checked();
//! match IntoIterator::into_iter(source) { iter => match options.plan() {
//!     ProcessPlan::Plain => for x in iter { the body as it was written }
//!     ProcessPlan::Parallel(team) => {
//!         let captures = Captures::new().with("a", (&&Probe::of_value(&a)).travels(), &a);
//!         let kind = (&&&&Probe::item(&iter)).travels();
//!         let part = process_part(iter, kind, captures, |(a, ()), maker| maker.body(move |item| { … }));
//!         for step in team.run(part) { let step = match step { Ok(step) => step, Err(error) => return … }; … }
//!     }
//! } }
//! ```

use std::marker::PhantomData;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::travels::Stateless;
use crate::config;
use crate::error::Error;
use crate::executor::{ChunkResults, Feed, Map, Unordered};
use crate::future::{Future, finished};
use crate::label::Label;
use crate::process::{Callee, Limits, Part, ProcessPool};
use crate::role;
use crate::shared;
use crate::ship::crossing::{Crossing, Owned};
use crate::ship::part::{Captures, MakeBody, PartFunction};
use crate::ship::travel::{Both, ByReference, ByValue, Portable, Travel};
use crate::sync::Arc;
use crate::task::{context, outcome};
use crate::wire::message::Output;

/// The options of one loop or task, as written and evaluated.
#[derive(Debug)]
#[must_use]
pub struct ProcessOptions<'pool> {
    label: Label,
    workers: Option<usize>,
    chunk_size: Option<usize>,
    buffer_size: Option<usize>,
    max_tasks_per_child: Option<usize>,
    limits: Limits,
    unordered: bool,
    pool: Option<&'pool ProcessPool>,
}

impl<'pool> ProcessOptions<'pool> {
    /// No options. Errors name the loop or task by this name and the line of the call.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self {
            label: Label::new(name),
            workers: None,
            chunk_size: None,
            buffer_size: None,
            max_tasks_per_child: None,
            limits: Limits::default(),
            unordered: false,
            pool: None,
        }
    }

    counted_options! { workers: workers chunksize: chunk_size buffersize: buffer_size max_tasks_per_child: max_tasks_per_child }

    /// `timeout = limit`
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = Some(limit);
        self
    }

    /// `retries = n`
    pub fn retries(mut self, n: u32) -> Self {
        self.limits.retries = n;
        self
    }

    /// `unordered`
    pub fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// `pool = &pool`
    pub fn pool(mut self, pool: &'pool ProcessPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Says what is wrong with the options together; called once all are there.
    ///
    /// # Panics
    ///
    /// If `buffersize` is below `chunksize`.
    #[track_caller]
    pub fn checked(self) -> Self {
        super::check_sizes(self.chunk_size, self.buffer_size);
        self
    }

    /// Decides how a loop runs.
    pub fn plan(self) -> ProcessPlan<'pool> {
        if self.caller_runs() {
            return ProcessPlan::Plain;
        }
        ProcessPlan::Parallel(ProcessTeam { options: self })
    }

    fn caller_runs(&self) -> bool {
        role::caller_runs(self.workers.is_some() || self.pool.is_some())
    }

    /// The pool of a task; `None`: it runs here and now. An error if there can be none.
    fn executor(&self) -> Result<Option<&'pool ProcessPool>, Error> {
        if self.caller_runs() { Ok(None) } else { self.team().map(Some) }
    }

    /// The pool of workers that it asks for.
    fn team(&self) -> Result<&'pool ProcessPool, Error> {
        let n_workers = || self.workers.unwrap_or_else(config::available_workers);
        self.pool.map_or_else(|| shared::process_pool(n_workers(), self.max_tasks_per_child), Ok)
    }
}

/// How a loop runs.
#[derive(Debug)]
pub enum ProcessPlan<'pool> {
    /// As it was written.
    Plain,
    /// Split.
    Parallel(ProcessTeam<'pool>),
}

/// Those who will run the loop.
#[derive(Debug)]
pub struct ProcessTeam<'pool> {
    options: ProcessOptions<'pool>,
}

/// A source and the parallel part of the loop over it.
#[derive(Debug)]
pub struct ProcessPart<I, V: Travel, K: Travel, C> {
    source: I,
    captures: Captures<V>,
    make: MakeBody<V, K, C>,
}

/// Ties the closures to the iterator and the captured variables, so that the compiler knows the types of their
/// parameters.
pub fn process_part<I, V, K, C>(
    source: I,
    _kind: K,
    captures: Captures<V>,
    make: MakeBody<V, K, C>,
) -> ProcessPart<I, V, K, C>
where
    I: Iterator<Item = K::Here>,
    V: Travel,
    K: Travel,
{
    ProcessPart { source, captures, make }
}

/// The results of the parallel part, in order unless the loop said otherwise.
#[derive(Debug)]
pub enum Steps<'pool, I: Iterator, C: 'static> {
    /// In the order of the source.
    Ordered(Map<'pool, I, C>),
    /// As they come.
    Unordered(Unordered<'pool, I, C>),
}

impl<I: Iterator, C: Send + 'static> Iterator for Steps<'_, I, C> {
    type Item = Result<C, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ordered(map) => map.next(),
            Self::Unordered(map) => map.next().map(|(_, result)| result),
        }
    }
}

/// How long an iteration may go on when its loop has been left.
const GRACE: Duration = Duration::from_millis(100);

impl<'pool> ProcessTeam<'pool> {
    /// Starts the loop.
    pub fn run<I, V, K, C>(self, part: ProcessPart<I, V, K, C>) -> Steps<'pool, I, C>
    where
        I: Iterator<Item = K::Here> + 'pool,
        V: Travel,
        K: Travel + 'pool,
        C: Serialize + DeserializeOwned + Send + 'static,
    {
        let ProcessPart { source, captures, make } = part;
        let Self { options } = self;
        let label = options.label;
        let shipped = match captures.error {
            Some(reason) => Err(reason),
            None => PartFunction::of(make).map(|function| Arc::new(Part::new(function, captures.bytes))),
        };
        let pool = options.team();
        let limits = Limits { grace: Some(GRACE), ..options.limits };
        let n_workers = pool.as_ref().map_or(1, |pool| pool.workers());
        let launch = move |items: Vec<K::Here>| match (&pool, &shipped) {
            (Ok(pool), Ok(part)) => {
                let callee = Callee::Part(Arc::clone(part));
                pool.chunk(label, callee, limits, items, |item, out| write_caught::<K>(&item, out))
            }
            (Err(error), _) => finished(label, Err(error.for_next_item())),
            (_, Err(reason)) => finished(label, Err(Error::encode(label, reason.clone()))),
        };
        let map = Map::over(Feed::over(n_workers, launch, source)).for_loop();
        let map = map.tuned(options.chunk_size, options.buffer_size);
        if options.unordered { Steps::Unordered(map.unordered()) } else { Steps::Ordered(map) }
    }
}

fn write_caught<K: Travel>(item: &K::Here, out: &mut Output<'_>) -> Result<(), String> {
    let before = out.mark();
    outcome::catch(|| K::write(item, out)).unwrap_or_else(|_| {
        out.reset(before);
        Err("encoding it panicked".to_owned())
    })
}

/// What the parallel part may capture.
#[diagnostic::on_unimplemented(
    message = "[C030] `{Self}` is captured by the parallel part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent to a worker process",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; capture what it is made from instead of a handle (a path for a file), or only the field that is needed (`let k = self.k;` before the loop)",
    note = "help: or use it in an in-order statement only, or use `mode = \"thread\"`"
)]
pub trait ProcessCapture<K, S> {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessCapture<ByValue<V>, Stateless> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessCapture<ByReference<'_, V>, Stateless> for T {}

/// Checks how a captured local travels.
pub fn process_capture<K, T: ProcessCapture<K, S>, S>(kind: K, _: PhantomData<T>, _: S) -> K {
    kind
}

/// What a worker may be given as an item.
#[diagnostic::on_unimplemented(
    message = "[C003] this `#[concurrent(mode = \"process\")]` loop iterates over `{Self}`, which cannot be sent to a worker process",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types, or iterate over indices or owned values (`.iter().copied()` where the items are references to references)",
    note = "help: or use `mode = \"thread\"`"
)]
pub trait ProcessItem<K> {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessItem<ByValue<V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessItem<ByReference<'_, V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, A, B> ProcessItem<Both<A, B>> for T {}

/// Checks how the items of a loop travel.
pub fn process_items<K, T: ProcessItem<K>>(kind: K, _: PhantomData<T>) -> K {
    kind
}

/// What may cross from the parallel to the in-order part.
#[diagnostic::on_unimplemented(
    message = "[C029] `{Self}` crosses from the parallel to the in-order part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent from a worker process",
    label = "not `Serialize + DeserializeOwned + Send`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; turn an error into its text with `map_err(|error| error.to_string())`, a borrow into its owner with `to_owned()`",
    note = "help: or use `mode = \"thread\"`"
)]
pub trait ProcessCross<K> {}

#[diagnostic::do_not_recommend]
impl<T: Send, V> ProcessCross<ByValue<V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessCross<ByReference<'_, V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, A, B> ProcessCross<Both<A, B>> for T {}

/// Checks how a value crosses.
pub fn process_cross<K, T: ProcessCross<K>>(kind: K, _: PhantomData<T>) -> K {
    kind
}

/// See `ProcessCross`; for values whose type is not known yet where they cross.
pub fn process_cross_owned<T: PortableValue>(value: T) -> Crossing<Owned<T>> {
    ByValue::new().pack(value)
}

/// See `process_cross_owned`.
#[diagnostic::on_unimplemented(
    message = "[C029] `{Self}` crosses from the parallel to the in-order part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent from a worker process",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types"
)]
pub trait PortableValue: Portable {}

#[diagnostic::do_not_recommend]
impl<T: Portable> PortableValue for T {}

/// See `ProcessCross`; of what crosses here the parallel part keeps a copy.
pub fn process_cross_copy<K, T: ProcessCross<K> + super::CrossCopy>(kind: K, _: PhantomData<T>) -> K {
    kind
}

/// Stands for what a function returns.
#[derive(Debug)]
pub struct Answer<R>(PhantomData<fn() -> R>);

impl<R> Answer<R> {
    /// `Answer::<Result<T, E>>::new()`
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for Answer<R> {
    fn default() -> Self {
        Self::new()
    }
}

/// See `probe`.
pub trait AnswerWithError<R> {
    /// The more specific answer: the function can return the error. A panic goes on.
    fn give_up(&self, error: Error) -> R;
}

impl<T, E: From<Error>> AnswerWithError<Result<T, E>> for &Answer<Result<T, E>> {
    #[track_caller]
    fn give_up(&self, error: Error) -> Result<T, E> {
        if error.is_panic() { panic_with(error) } else { Err(error.into()) }
    }
}

/// See `probe`.
pub trait AnyAnswer<R> {
    /// The general answer: the error is a panic.
    fn give_up(&self, error: Error) -> R;
}

impl<R> AnyAnswer<R> for Answer<R> {
    #[track_caller]
    fn give_up(&self, error: Error) -> R {
        panic_with(error)
    }
}

/// A failure that the function cannot return.
///
/// # Panics
///
/// Always: with the panic of the iteration, or with the error's text.
#[track_caller]
pub fn panic_with(error: Error) -> ! {
    let text = error.to_string();
    match error.into_panic() {
        Ok(payload) => outcome::resume(payload),
        Err(_) => panic!("{text}"),
    }
}

/// `hash_one::submit(n)`: `submit_process(options, (n,), |(n,)| hash_one(n))`.
pub fn submit_process<F, A, T>(options: ProcessOptions<'static>, arguments: A, work: F) -> Future<T>
where
    F: FnOnce(A) -> T + Copy + Send + 'static,
    A: Serialize + DeserializeOwned,
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let label = options.label;
    match options.executor() {
        Ok(Some(pool)) => pool.submit_as::<F, A, _>(label, arguments, options.limits),
        Ok(None) => {
            let _inside = context::enter(label, None, None);
            finished(label, outcome::run(label, || work(arguments)))
        }
        Err(error) => finished(label, Err(error)),
    }
}

/// `hash_one::map(inputs)`: `map_process(options, inputs, |n| hash_one(n))`.
pub fn map_process<I, F, T>(options: ProcessOptions<'static>, inputs: I, work: F) -> Map<'static, I::IntoIter, T>
where
    I: IntoIterator,
    I::Item: Serialize + DeserializeOwned,
    F: Fn(I::Item) -> T + Copy + Send + 'static,
    T: Serialize + DeserializeOwned + Send + 'static,
{
    let (label, inputs) = (options.label, inputs.into_iter());
    let map = match options.executor() {
        Ok(Some(pool)) => pool.map_as::<_, F, T>(label, inputs, options.limits),
        Ok(None) => {
            let launch = move |items: Vec<I::Item>| {
                let _inside = context::enter(label, None, None);
                let results: ChunkResults<T> =
                    items.into_iter().map(|item| outcome::run(label, || work(item))).collect();
                finished(label, Ok(results))
            };
            Map::over(Feed::here(launch, inputs))
        }
        Err(error) => Map::over(Feed::here(move |_| finished(label, Err(error.for_next_item())), inputs)),
    };
    map.tuned(options.chunk_size, options.buffer_size)
}

/// What a task in another process may be given: called as a bound of `submit` and `map`, for the sake of the message.
#[diagnostic::on_unimplemented(
    message = "[C063] `{Self}` cannot be an argument of a task in another process: it must be `Serialize` and `DeserializeOwned`",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; take what it is made from instead of a handle (a path for a file)"
)]
pub trait ProcessArgument: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> ProcessArgument for T {}

/// What a task in another process may return.
#[diagnostic::on_unimplemented(
    message = "[C063] `{Self}` cannot be the result of a task in another process: it must be `Serialize` and `DeserializeOwned`, `Send` and `'static`",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; return an error's text instead of a `Box<dyn Error>`"
)]
pub trait ProcessOutput: Serialize + DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> ProcessOutput for T {}
