//! The parallel part of a loop, and running it for the items of a chunk.

use crate::sync::{AtomicBool, Ordering};
use crate::task::context;
use crate::task::outcome::{self, Panic};
use std::mem::MaybeUninit;

/// What the parallel part makes of one item.
pub trait Step {
    /// Whether the loop ends with this iteration, so that later ones need not start.
    fn ends_loop(&self) -> bool;
}

/// The parallel part of a loop.
pub(crate) trait Work<I, C, A: Gather>: Sync {
    /// What a chunk of so many items, the first of which is the `first` of the loop, gathers into.
    fn begin(&self, first: usize, n_items: usize) -> A {
        let _ = (first, n_items);
        A::default()
    }

    /// Runs it for one item of a chunk.
    fn run(&self, gathered: &mut A, item: I) -> C;

    /// How many bytes are kept of an item until the in-order part comes to it.
    fn kept_bytes(&self) -> usize {
        if A::KEEPS_STEPS { size_of::<C>() } else { 0 }
    }
}

/// A closure whose chunks gather nothing.
#[derive(Debug)]
pub(crate) struct Each<P>(pub(crate) P);

impl<I, C, A: Gather, P: Fn(I) -> C + Sync> Work<I, C, A> for Each<P> {
    #[inline]
    fn run(&self, _: &mut A, item: I) -> C {
        (self.0)(item)
    }
}

/// A closure that folds.
#[derive(Debug)]
pub(crate) struct Folding<P>(pub(crate) P);

impl<I, C, A: Gather, P: Fn(&mut A, I) -> C + Sync> Work<I, C, A> for Folding<P> {
    #[inline]
    fn run(&self, gathered: &mut A, item: I) -> C {
        (self.0)(gathered, item)
    }
}

/// What a chunk gathers while it runs, beside the results of its iterations.
pub trait Gather: Default {
    /// Whether the results of iterations that do not end the loop are wanted at all.
    const KEEPS_STEPS: bool = true;

    /// Whether the loop ends with the iteration that ran last, though its result does not say so.
    fn has_ended(&self) -> bool {
        false
    }
}

/// A loop without reductions.
impl Gather for () {}

/// A loop in which nothing is done in order but to leave it.
#[derive(Debug, Default)]
pub struct Apart;

impl Gather for Apart {
    const KEEPS_STEPS: bool = false;
}

/// The results of one chunk.
pub(crate) struct Finished<C, A = ()> {
    pub(crate) values: Vec<C>,
    pub(crate) gathered: A,
    /// The panic of the iteration after the last value.
    pub(crate) panic: Option<Panic>,
    /// How many items the chunk had, ...
    pub(crate) n_items: usize,
    /// ... and how many of them were run, to their end or to that of the loop.
    pub(crate) n_run: usize,
}

impl<C: Step, A: Gather> Finished<C, A> {
    /// Whether the loop ends within this chunk.
    pub(crate) fn ends_loop(&self) -> bool {
        let is_cut_short = self.n_run < self.n_items || self.panic.is_some();
        is_cut_short || self.gathered.has_ended() || self.values.last().is_some_and(Step::ends_loop)
    }

    /// How many iterations were begun.
    pub(crate) fn n_begun(&self) -> usize {
        self.n_run + usize::from(self.panic.is_some())
    }
}

/// What has been made of a chunk so far.
struct Made<C, A> {
    gathered: A,
    n_run: usize,
    /// What ended the loop, where steps are not kept.
    last: Option<C>,
}

/// Something local that is moved to where others see it, however its scope ends.
struct GivenBack<'to, T> {
    made: T,
    to: &'to mut T,
}

impl<T> Drop for GivenBack<'_, T> {
    #[inline]
    fn drop(&mut self) {
        std::mem::swap(self.to, &mut self.made);
    }
}

/// Runs a chunk, the first item of which is the `first` of the loop. If somebody sets `leaving`, it may stop between two items.
#[inline]
pub(crate) fn run_chunk<K, P, C, A>(part: &P, items: K, first: usize, leaving: Option<&AtomicBool>) -> Finished<C, A>
where
    K: ExactSizeIterator,
    P: Work<K::Item, C, A>,
    C: Step,
    A: Gather,
{
    let n_items = items.len();
    let mut values = Vec::new();
    let mut made = Made { gathered: A::default(), n_run: 0, last: None };
    let panic = outcome::catch(|| {
        let _inside = context::enter_part();
        let begin = || part.begin(first, n_items);
        let has_room = !A::KEEPS_STEPS || values.try_reserve_exact(n_items).is_ok();
        // Not an end of the process: the loop may be left long before all of them are there.
        assert!(has_room, "no memory for the results of {n_items} iterations: `chunksize` is too large");
        let kept = values.spare_capacity_mut();
        match leaving {
            None => go_through(part, items, begin, &mut made, kept, || false),
            // Relaxed: a late one only runs an iteration whose result is dropped.
            Some(leaving) => go_through(part, items, begin, &mut made, kept, || leaving.load(Ordering::Relaxed)),
        }
    })
    .err();
    let Made { gathered, n_run, last } = made;
    if A::KEEPS_STEPS {
        // SAFETY: an iteration is counted behind writing what it made to the place of that number, also if a later one
        // panics; and there are as many places, for `go_through` looks at that with each.
        unsafe { values.set_len(n_run) };
    }
    values.extend(last);
    Finished { values, gathered, panic, n_items, n_run }
}

/// Runs items until one of them ends the loop, or `is_left` says that another one did: what comes of it is in `made`, and what
/// each of them made, where that is kept, in the places of `kept`.
///
/// A function of its own for the sake of the compiler: it knows that `kept`, which items write to, overlaps neither `part` nor
/// what that borrows, so that what is captured is read once. (It often shares a cache line with what the in-order part
/// writes to.) And there is one where nobody asks.
#[inline(never)]
fn go_through<K, P, C, A>(
    part: &P,
    items: K,
    begin: impl FnOnce() -> A,
    made: &mut Made<C, A>,
    kept: &mut [MaybeUninit<C>],
    is_left: impl Fn() -> bool,
) where
    K: Iterator,
    P: Work<K::Item, C, A>,
    C: Step,
    A: Gather,
{
    // Locals, which an optimiser keeps in registers, and given back also when a body panics.
    let mut making = GivenBack { made: Made { gathered: begin(), n_run: 0, last: None }, to: made };
    let Made { gathered, n_run, last } = &mut making.made;
    for item in items {
        if is_left() {
            break;
        }
        let step = part.run(gathered, item);
        let ends_loop = step.ends_loop() || gathered.has_ended();
        if A::KEEPS_STEPS {
            kept[*n_run].write(step);
        } else if ends_loop {
            *last = Some(step);
        }
        *n_run += 1;
        if ends_loop {
            break;
        }
    }
}
