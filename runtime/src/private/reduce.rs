//! What the expansion of a loop with `reduce(..)` calls.
//!
//! A chunk is folded where it runs, into a [`Partial`] for each variable. The calling thread puts these together, in the
//! order of the chunks, before it goes through what else crossed from the chunk.
//!
//! ```text
//! let mut steps = unsafe { Team::run_reducing(team, partial([&sum], only_partials()), |chunk, x| {
//!     let Chunk { partials: (partial0, _), .. } = chunk;
//!     partial0.update(f(x), |a, b| *a += b);          // sum += f(x);
//!     Flow::Next(())
//! }) };
//! while let Some((Chunk { partials: (partial0, _), .. }, chunk)) = Running::chunk(&mut steps) {
//!     partial0.update_into(&mut sum, |a, b| *a += b);
//!     for step in chunk { … }
//! }
//! ```

use super::course::{Running, Team};
use super::flow::Ended;
use super::loops::Cross;
use crate::schedule::source::{Input, Source};
use crate::schedule::strips::Strips;
use crate::thread::part::{Folding, Gather, Step};
use std::marker::PhantomData;
use std::mem;
use std::ptr;

/// What one chunk makes of one variable: nothing before its first element, which stands for itself. So an operator needs
/// no neutral element.
#[derive(Debug, Default)]
pub enum Partial<T> {
    /// No element yet.
    #[default]
    Nothing,
    /// The elements so far.
    Value(T),
}

impl<T> Partial<T> {
    /// `x += element`
    #[inline]
    pub fn update<E: First<T>>(&mut self, element: E, op: impl FnOnce(&mut T, E)) {
        match self {
            Self::Value(value) => op(value, element),
            Self::Nothing => *self = Self::Value(element.first()),
        }
    }

    /// `x = x + element`
    #[inline]
    pub fn operate<E: First<T>>(&mut self, element: E, op: impl FnOnce(T, E) -> T) {
        *self = Self::Value(match mem::take(self) {
            Self::Value(value) => op(value, element),
            Self::Nothing => element.first(),
        });
    }

    /// `x = f(x, element)`
    #[inline]
    pub fn fold(&mut self, element: T, op: impl FnOnce(T, T) -> T) {
        self.operate(element, op);
    }

    /// `if element > x { x = element }`
    #[inline]
    pub fn keep(&mut self, element: T, op: impl FnOnce(T, T) -> T)
    where
        T: Ordered,
    {
        self.operate(element, op);
    }

    /// Adds what this chunk made to what was there before it.
    #[inline]
    pub fn update_into(self, variable: &mut T, op: impl FnOnce(&mut T, T)) {
        if let Self::Value(value) = self {
            op(variable, value);
        }
    }

    /// The same for an operator that takes its operands by value.
    #[inline]
    pub fn fold_into(self, variable: T, op: impl FnOnce(T, T) -> T) -> T {
        match self {
            Self::Value(value) => op(variable, value),
            Self::Nothing => variable,
        }
    }
}

impl Partial<bool> {
    /// Whether the next operand of `&&` (for which `decided` is false) or `||` (true) is to be evaluated.
    #[inline]
    pub fn is_open(&self, decided: bool) -> bool {
        !matches!(self, Self::Value(value) if *value == decided)
    }
}

/// What the first element of a chunk may be: a value of the variable's type, or a reference to one.
#[diagnostic::on_unimplemented(
    message = "[C033] `{Self}` cannot be the first element of a partial result of type `{T}`",
    label = "a chunk is folded by itself, so its first element has to be a `{T}`",
    note = "help: convert the element, or remove this `reduce`: the loop then changes its variable in order"
)]
pub trait First<T> {
    /// The partial result of this element alone.
    fn first(self) -> T;
}

impl<T> First<T> for T {
    #[inline]
    fn first(self) -> T {
        self
    }
}

impl<T: Clone> First<T> for &T {
    #[inline]
    fn first(self) -> T {
        self.clone()
    }
}

/// Types of which any two values can be compared, so that `if e > x { x = e }` gives the same in any grouping.
#[diagnostic::on_unimplemented(
    message = "[C033] a comparison of `{Self}`s may have no answer (`NaN`), so this form depends on how the elements are grouped",
    label = "`{Self}` is not `Ord`",
    note = "help: write `x = x.max(e)` or `x = x.min(e)`"
)]
pub trait Ordered {}

impl<T: Ord> Ordered for T {}

/// The types of the partial results of a loop, and whether anything else crosses.
#[derive(Debug)]
pub struct Types<P, K>(PhantomData<(P, K)>);

/// Partial results, and a step of each iteration.
#[derive(Debug)]
pub struct And;

/// Partial results, and the steps of iterations that end the loop.
#[derive(Debug)]
pub struct Only;

/// See [`And`].
pub fn and_steps() -> Types<(), And> {
    Types(PhantomData)
}

/// See [`Only`].
pub fn only_partials() -> Types<(), Only> {
    Types(PhantomData)
}

/// One more variable, as it is named in the clause and in each statement.
///
/// # Panics
///
/// If these names mean different variables, which takes a macro that writes one of them.
pub fn partial<T: Cross, P, K, const N: usize>(mentions: [&T; N], _: Types<P, K>) -> Types<(Partial<T>, P), K> {
    let is_one = mentions.windows(2).all(|pair| ptr::eq(pair[0], pair[1]));
    assert!(is_one, "`reduce(..)` and the loop's body mean different variables of one name");
    Types(PhantomData)
}

/// What one chunk folds its elements into.
#[derive(Debug)]
pub struct Chunk<P, K> {
    /// `(first, (second, ()))`
    pub partials: P,
    /// The loop ends with the iteration that runs: nothing behind it belongs to the partial results.
    pub has_ended: bool,
    keeps: PhantomData<K>,
}

impl<P: Default, K> Default for Chunk<P, K> {
    fn default() -> Self {
        Self { partials: P::default(), has_ended: false, keeps: PhantomData }
    }
}

/// Looks whether the loop ends in a piece that stands behind in-order statements, or in an inner loop.
#[inline]
pub fn look_at(has_ended: &mut bool, ended: &Ended) {
    *has_ended |= ended.ends_loop();
}

impl<P: Default> Gather for Chunk<P, And> {
    fn has_ended(&self) -> bool {
        self.has_ended
    }
}

impl<P: Default> Gather for Chunk<P, Only> {
    const KEEPS_STEPS: bool = false;
}

impl<'pool, S: Strips> Team<'pool, S> {
    /// Starts a loop with reductions. The types of the closure's parameters are those of the variables and of the items.
    ///
    /// # Safety
    ///
    /// As for [`run`](Self::run).
    pub unsafe fn run_reducing<F, P, K, C>(
        self,
        _: Types<P, K>,
        part: F,
    ) -> impl Running<Input = S::Input, Gathered = Chunk<P, K>, Step = C>
    where
        <S::Input as Input>::Source: Source<Chunk: Send> + Send,
        F: Fn(&mut Chunk<P, K>, S::Item) -> C + Sync,
        C: Step + Send,
        Chunk<P, K>: Gather + Send,
    {
        // SAFETY: our caller promises the same.
        unsafe { self.start(Folding(part)) }
    }
}
