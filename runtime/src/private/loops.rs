//! What the expansion of an annotated loop calls.
//!
//! ```text
//! static SITE: Site = Site::new();
//! let options = LoopOptions::new().workers(4);
//! match IntoIterator::into_iter(source) { iter => match options.plan(&SITE, &iter) {
//!     Plan::Plain(_watch) => for x in iter { the body as it was written }
//!     Plan::Parallel(team) => {
//!         let part = part((&&Probe::of(&iter)).how().input(iter), |x| { parallel part; Flow::Next((y,)) });
//!         for step in unsafe { team.run(part) } { let (y,) = …step…; in-order part }
//!     }
//! } }
//! ```

use super::probe::Prepared;
use crate::config;
use crate::schedule::site::{Site, Watch};
use crate::schedule::source::{Input, Source};
use crate::shared;
use crate::thread::loop_core::{Each, Gather, Limits, Step, Work};
use crate::thread::pool::ThreadPool;
use crate::thread::scoped_loop::{Helpers, Lender, Steps};

/// The options of one loop, as written and evaluated.
#[derive(Debug, Default)]
pub struct LoopOptions<'pool> {
    workers: Option<usize>,
    chunk_size: Option<usize>,
    buffer_size: Option<usize>,
    unordered: bool,
    may_be_left: bool,
    reduces: bool,
    pool: Option<&'pool ThreadPool>,
}

impl<'pool> LoopOptions<'pool> {
    /// The options of `#[concurrent]` without any.
    pub fn new() -> Self {
        Self::default()
    }

    counted_options! { workers: workers chunksize: chunk_size buffersize: buffer_size }

    /// `unordered`
    pub fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// The body has a `break`, `return`, `?` or a jump to an outer label.
    pub fn may_be_left(mut self) -> Self {
        self.may_be_left = true;
        self
    }

    /// `reduce(..)`
    pub fn reduces(mut self) -> Self {
        self.reduces = true;
        self
    }

    /// `pool = &pool`
    pub fn pool(mut self, pool: &'pool ThreadPool) -> Self {
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

    /// Decides how a loop over `iter` runs.
    pub fn plan<I: Iterator>(self, site: &'static Site, iter: &I) -> Plan<'pool> {
        let (at_least, at_most) = iter.size_hint();
        // A loop that may be left early says nothing of its iterations by its length.
        let len = at_most.filter(|n| *n == at_least && !self.may_be_left);
        let is_short = at_most.is_some_and(|n| n <= 1);
        let limits_given = self.workers.is_some() || self.pool.is_some();
        let gains_nothing =
            is_short || (self.pool.is_none() && self.n_workers() == 1) || (!limits_given && site.predicts_no_gain(len));
        // A test that asks for a schedule wants to see the parallel form, however small the loop.
        let may_be_plain = config::schedule().is_none();
        // Workers do not multiply: within one, only a loop that asks for its own gets them.
        let stays = config::is_worker_process() && !limits_given;
        let plain = config::sequential_mode() || stays || (gains_nothing && may_be_plain);
        // Where the user fixed the chunks, the results of a reduction depend on them, and on nothing else.
        let in_chunks = self.reduces && self.chunk_size.is_some();
        if plain && !in_chunks {
            return Plan::Plain(site.watch(len));
        }
        Plan::Parallel(Team { options: self, site, alone: plain })
    }

    fn n_workers(&self) -> usize {
        self.workers.unwrap_or_else(config::available_workers)
    }
}

/// How a loop runs.
#[derive(Debug)]
pub enum Plan<'pool> {
    /// As it was written.
    Plain(Watch<'static>),
    /// Split.
    Parallel(Team<'pool>),
}

/// Those who will run the loop.
#[derive(Debug)]
pub struct Team<'pool> {
    options: LoopOptions<'pool>,
    site: &'static Site,
    /// The caller goes through the chunks itself.
    alone: bool,
}

/// A source and the parallel part of the loop over it.
#[derive(Debug)]
pub struct Part<N, P> {
    pub(super) input: N,
    pub(super) part: P,
}

/// Ties the closure to the iterator, so that the compiler knows the type of its parameter.
pub fn part<I, N, P, C>(prepared: Prepared<I, N>, part: P) -> Part<N, P>
where
    I: Iterator,
    N: Input<Item = I::Item>,
    P: Fn(I::Item) -> C,
{
    Part { input: prepared.input, part }
}

impl<'pool> Team<'pool> {
    /// Starts the loop.
    ///
    /// # Safety
    ///
    /// The result must not be leaked: it must be dropped before anything that `part` borrows ends. (It is
    /// the head of a `for` in generated code, where nobody else can name it, in a function that cannot be suspended:
    /// the macro refuses async functions, blocks and closures, and attributes that could still make one.)
    pub unsafe fn run<N, P, C>(self, part: Part<N, P>) -> Steps<'pool, N, Each<P>, C>
    where
        N: Input,
        N::Source: Source<Chunk: Send> + Send,
        P: Fn(N::Item) -> C + Sync,
        C: Step + Send,
    {
        let Part { input, part } = part;
        // SAFETY: our caller promises the same.
        unsafe { self.start(input, Each(part)) }
    }

    /// Starts a loop, with reductions or without.
    ///
    /// # Safety
    ///
    /// As for [`run`](Self::run).
    pub(super) unsafe fn start<N, P, C, A>(self, input: N, part: P) -> Steps<'pool, N, P, C, A>
    where
        N: Input,
        N::Source: Source<Chunk: Send> + Send,
        P: Work<N::Item, C, A>,
        C: Step + Send,
        A: Gather + Send,
    {
        let (workers, helpers) = match self.options.pool {
            _ if self.alone => (1, Helpers { lender: Lender::Crew(None), limit: 0 }),
            Some(pool) => (pool.workers(), Helpers { lender: Lender::Pool(pool), limit: pool.workers() }),
            None => {
                let workers = self.options.n_workers();
                let limit = workers - 1;
                let crew = if limit == 0 { None } else { shared::crew(limit) };
                (workers, Helpers { lender: Lender::Crew(crew), limit })
            }
        };
        let limits = Limits {
            workers,
            window: self.options.buffer_size,
            chunk_size: self.options.chunk_size,
            unordered: self.options.unordered,
            pulled: !input.is_drained(),
            // Nobody is there whose order could matter.
            schedule: config::schedule().filter(|_| !self.alone),
        };
        // SAFETY: our caller promises what `start` asks for.
        unsafe { Steps::start(input, part, limits, helpers, self.site) }
    }
}

/// What the parallel part may capture: called once for each captured local, for the sake of the message.
#[diagnostic::on_unimplemented(
    message = "[C030] `{Self}` is captured by the parallel part of a `#[concurrent]` loop, but cannot be shared between threads",
    label = "read by several workers at once",
    note = "help: `Rc` → `Arc`, `RefCell` → `Mutex` or `RwLock`, `Cell` → an atomic; or use it in an in-order statement only"
)]
pub trait Capture {}

impl<T: Sync + ?Sized> Capture for T {}

/// Checks one captured local.
pub fn capture<T: Capture + ?Sized>(_: &T) {}

/// What may cross from the parallel to the in-order part.
#[diagnostic::on_unimplemented(
    message = "[C029] `{Self}` crosses from the parallel to the in-order part of a `#[concurrent]` loop, but cannot be sent between threads",
    label = "made on a worker, used on the calling thread",
    note = "help: make it a type that is `Send` (`Rc` → `Arc`), or finish using it where it is made"
)]
pub trait Cross {}

impl<T: Send> Cross for T {}

/// Passes one crossing value on.
#[inline]
pub fn cross<T: Cross>(value: T) -> T {
    value
}

/// What crosses and is used by the parallel part again, behind an in-order statement that used it by value.
#[diagnostic::on_unimplemented(
    message = "[C028] `{Self}` is used by value in an in-order statement of a `#[concurrent]` loop, and again by the work behind it",
    label = "would have to be `Copy`",
    note = "help: move the work in front of the in-order statement"
)]
pub trait CrossCopy {}

impl<T: Copy + Send> CrossCopy for T {}

/// Passes one crossing value on, of which the parallel part keeps a copy.
#[inline]
pub fn cross_copy<T: CrossCopy>(value: T) -> T {
    value
}

/// What a worker may be given as an item.
#[diagnostic::on_unimplemented(
    message = "[C003] this `#[concurrent]` loop iterates over `{Self}`, which cannot be sent between threads",
    label = "each item is handed to a worker",
    note = "help: iterate over something that is `Send`, such as indices or owned values"
)]
pub trait Item {}

impl<T: Send> Item for T {}

/// Checks the items of a loop.
pub fn items<I: Iterator<Item: Item>>(_: &I) {}
