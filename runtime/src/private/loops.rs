//! What the expansion of an annotated loop calls.
//!
//! ```text
//! static SITE: Site = Site::new();
//! let options = LoopOptions::new().workers(4);
//! let iter = IntoIterator::into_iter(source);
//! let mut pilot = None;
//! let mut course = Course::new(options, &SITE, &mut pilot, (&&Probe::of(&iter)).how().strips(iter));
//! let mut strip = Course::start(&mut course);
//! 'done: loop {
//!     'strip: {
//!         loop {
//!             match Iterator::next(&mut strip) {
//!                 Some(x) => { the body as it was written }
//!                 None => break 'strip,
//!             }
//!         }
//!         break 'done;
//!     }
//!     let team = match Course::go_on(&mut course, strip) {
//!         Next::Plain(next) => { strip = next; continue }
//!         Next::Shared(team) => team,
//!         Next::Over => break,
//!     };
//!     let mut steps = unsafe { Team::run(team, |x| { parallel part; Flow::Next((y,)) }) };
//!     loop {
//!         let Some((_, mut chunk)) = Running::chunk(&mut steps) else {
//!             match Course::resume(&mut course, steps) {
//!                 Some(next) => { strip = next; continue 'done }
//!                 None => break 'done,
//!             }
//!         };
//!         'chunk: {
//!             loop {
//!                 match Iterator::next(&mut chunk) {
//!                     Some(step) => { let (y,) = …step…; in-order part }
//!                     None => break 'chunk,
//!                 }
//!             }
//!             break 'done;
//!         }
//!     }
//! }
//! ```

use crate::config;
use crate::role;
use crate::schedule::pilot::{Left, Sharing};
use crate::schedule::strips::Strips;
use crate::shared;
use crate::thread::pool::ThreadPool;
use crate::thread::scoped_loop::{Helpers, Lender};
use std::time::Duration;

/// The options of one loop, as written and evaluated.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoopOptions<'pool> {
    pub(super) workers: Option<usize>,
    pub(super) chunk_size: Option<usize>,
    pub(super) buffer_size: Option<usize>,
    pub(super) unordered: bool,
    pub(super) may_be_left: bool,
    reduces: bool,
    crosses: bool,
    is_unshared: bool,
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

    /// Something crosses from each iteration to the calling thread.
    pub fn crosses(mut self) -> Self {
        self.crosses = true;
        self
    }

    /// Unless it `may_be_shared`, the loop runs as it was written.
    pub fn shared_if(mut self, may_be_shared: bool) -> Self {
        self.is_unshared |= !may_be_shared;
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
    #[inline]
    #[track_caller]
    pub fn checked(self) -> Self {
        super::check_sizes(self.chunk_size, self.buffer_size);
        self
    }

    #[inline(always)]
    pub(super) fn left<S: Strips>(&self, strips: &S) -> Left {
        Left { items: strips.left(), all_run: !self.may_be_left, cross: self.crosses }
    }

    /// What the options and the environment say; `None`: the loop is run as it was written.
    pub(super) fn sharing(&self, at_most: Option<usize>) -> Option<Sharing> {
        if self.is_unshared {
            return None;
        }
        let is_scheduled = config::schedule().is_some() && !self.is_left_to_caller();
        // Where the user fixed the chunks, the results of a reduction depend on them, and on nothing else.
        if is_scheduled || (self.reduces && self.chunk_size.is_some()) {
            return Some(Sharing::Always);
        }
        if self.is_left_to_caller() || at_most.is_some_and(|n| n <= 1) {
            return None;
        }
        if self.pool.is_some() {
            return Some(Sharing::Always);
        }
        if self.workers.is_some() || self.chunk_size.is_some() {
            return (self.n_workers() > 1).then_some(Sharing::UnlessTiny);
        }
        (config::known_workers() != Some(1)).then_some(Sharing::IfItPays)
    }

    /// Whether the environment, or the process, leaves it to the calling thread.
    fn is_left_to_caller(&self) -> bool {
        role::caller_runs(self.workers.is_some() || self.pool.is_some())
    }

    /// Whether the calling thread does all, whatever the loop is like.
    pub(super) fn is_alone(&self) -> bool {
        // A test that asks for a schedule wants to see the parallel form, however few the workers.
        let is_single = self.pool.is_none() && config::schedule().is_none() && self.n_workers() == 1;
        self.is_left_to_caller() || is_single
    }

    /// Whether somebody would help at once, or is worth being started for so much more work.
    pub(super) fn has_helpers(&self, work: Duration) -> bool {
        let known = self.workers.or_else(config::known_workers);
        // Where the cores have not been counted, nobody has been started, or another number of helpers.
        let n_helpers = known.unwrap_or(2) - 1;
        match shared::is_crew_idle(n_helpers) {
            Some(is_idle) => is_idle,
            None => shared::is_worth_starting(n_helpers, work) && self.n_workers() > 1,
        }
    }

    /// How many iterations run at once, and who helps.
    pub(super) fn helpers(&self) -> (usize, Helpers<'pool>) {
        let is_alone = self.is_alone();
        if let Some(pool) = self.pool.filter(|_| !is_alone) {
            let limit = pool.workers();
            return (limit, Helpers { lender: Lender::Pool(pool), limit, may_give_up: false });
        }
        let workers = if is_alone { 1 } else { self.n_workers() };
        let limit = workers - 1;
        let crew = if limit == 0 { None } else { shared::crew(limit) };
        let may_give_up = self.chunk_size.is_none() && config::schedule().is_none();
        (workers, Helpers { lender: Lender::Crew(crew), limit, may_give_up })
    }

    fn n_workers(&self) -> usize {
        self.workers.unwrap_or_else(config::available_workers)
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
