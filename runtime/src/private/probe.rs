//! Questions about a type that the macro cannot see, answered by method resolution.
//!
//! `(&&Probe::of(&iter)).how()` finds the method of the more specific trait, which is implemented for
//! `&Probe<I>`, before the general one for `Probe<I>` (David Tolnay's "autoref specialization",
//! case-studies/autoref-specialization in his repository). Inside generic functions, where the type is
//! not known, it finds the general one, which is always right.

use crate::schedule::source::Splittable;
use crate::schedule::strips::{Indexed, IndexedFrom, Opaque};
use std::collections::{btree_map, btree_set, hash_map, hash_set, linked_list};
use std::io;
use std::iter;
use std::marker::PhantomData;
use std::sync::mpsc;
use std::vec;

/// Stands for a value of type `T`.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T> Probe<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<V: ?Sized> Probe<V> {
    /// Asks about what a loop changes.
    pub fn place(_: &mut V) -> Self {
        Self(PhantomData)
    }
}

impl<I: Iterator> Probe<I> {
    /// Asks about an iterator.
    pub fn of(_: &I) -> Self {
        Self(PhantomData)
    }

    /// Asks about what an iterator gives.
    pub fn item(_: &I) -> Probe<I::Item> {
        Probe(PhantomData)
    }
}

/// How to split a standard iterator.
#[derive(Debug)]
pub struct BySplitting;

impl BySplitting {
    /// `for x in iter`
    #[inline]
    pub fn strips<I: Splittable>(self, iter: I) -> Indexed<I> {
        Indexed::new(iter)
    }

    /// `for (i, x) in iter.enumerate()`
    #[inline]
    pub fn enumerated<I: Splittable, E>(self, iter: I, _: impl FnOnce(I) -> E) -> IndexedFrom<I> {
        IndexedFrom::new(iter)
    }
}

/// How to iterate over anything else.
#[derive(Debug)]
pub struct ByPulling;

impl ByPulling {
    /// `for x in iter`
    #[inline]
    pub fn strips<I: Iterator>(self, iter: I) -> Opaque<I> {
        Opaque::new(iter)
    }

    /// `for (i, x) in iter.enumerate()`, where the iterator may have a method of its own of that name.
    #[inline]
    pub fn enumerated<I, E: Iterator>(self, iter: I, enumerate: impl FnOnce(I) -> E) -> Opaque<E> {
        Opaque::new(enumerate(iter))
    }
}

/// See the module.
pub trait SplittableSource {
    /// The more specific answer.
    fn how(&self) -> BySplitting {
        BySplitting
    }
}

impl<I: Splittable> SplittableSource for &Probe<I> {}

/// See the module.
pub trait AnySource {
    /// The general answer.
    fn how(&self) -> ByPulling {
        ByPulling
    }
}

impl<I> AnySource for Probe<I> {}

/// The answer for a source that the loop only borrows.
#[derive(Debug)]
pub struct OutlivesTheLoop;

/// The answer for items that the loop changes in place.
#[derive(Debug)]
pub struct ChangedInPlace;

/// The answer for what look-ahead leaves no trace in.
#[derive(Debug)]
pub struct Untraced;

/// See the module.
pub trait BorrowedSource {
    /// The more specific answer.
    fn traces(&self) -> OutlivesTheLoop {
        OutlivesTheLoop
    }
}

impl<I: Outlives> BorrowedSource for &Probe<I> {}

/// See the module; one step more specific, for the second of the two that a source is made of.
pub trait BorrowedSecond {
    /// The most specific answer.
    fn traces(&self) -> OutlivesTheLoop {
        OutlivesTheLoop
    }
}

impl<A, B: Outlives> BorrowedSecond for &&Probe<iter::Chain<A, B>> {}
impl<A, B: Outlives> BorrowedSecond for &&Probe<iter::Zip<A, B>> {}

/// Sources that others go on reading from after the loop.
pub trait Outlives {}

impl<I> Outlives for &mut I {}
impl<T, F> Outlives for vec::ExtractIf<'_, T, F> {}
impl<T, F> Outlives for linked_list::ExtractIf<'_, T, F> {}
impl<K, V, F> Outlives for hash_map::ExtractIf<'_, K, V, F> {}
impl<T, F> Outlives for hash_set::ExtractIf<'_, T, F> {}
impl<K, V, R, F> Outlives for btree_map::ExtractIf<'_, K, V, R, F> {}
impl<T, R, F> Outlives for btree_set::ExtractIf<'_, T, R, F> {}
impl<T> Outlives for mpsc::Iter<'_, T> {}
impl<T> Outlives for mpsc::TryIter<'_, T> {}
impl Outlives for io::Lines<io::StdinLock<'_>> {}
impl Outlives for io::Split<io::StdinLock<'_>> {}
impl<R> Outlives for io::Lines<&mut R> {}
impl<R> Outlives for io::Split<&mut R> {}
impl<R> Outlives for io::Bytes<&mut R> {}

// Adapters around one, at any depth: `(&mut it).filter(f).take(3)`.
macro_rules! adapters {
    ($($adapter:ident<I $(, $other:ident)*>)*) => {
        $(impl<I: Outlives $(, $other)*> Outlives for iter::$adapter<I $(, $other)*> {})*
    };
}

adapters! {
    Chain<I, B> Cloned<I> Copied<I> Cycle<I> Enumerate<I> Filter<I, F> FilterMap<I, F> Fuse<I> Inspect<I, F> Map<I, F>
    MapWhile<I, F> Rev<I> Scan<I, S, F> Skip<I> SkipWhile<I, F> StepBy<I> Take<I> TakeWhile<I, F> Zip<I, B>
}

impl<I: Outlives + Iterator> Outlives for iter::Peekable<I> {}
impl<I: Outlives + Iterator, U: IntoIterator, F> Outlives for iter::FlatMap<I, U, F> {}
impl<I: Outlives + Iterator<Item: IntoIterator>> Outlives for iter::Flatten<I> {}

/// See the module.
pub trait AnyTrace {
    /// The general answer.
    fn traces(&self) -> Untraced {
        Untraced
    }

    /// The general answer.
    fn changes(&self) -> Untraced {
        Untraced
    }
}

impl<T> AnyTrace for Probe<T> {}

/// See the module.
pub trait MutItem {
    /// The more specific answer.
    fn changes(&self) -> ChangedInPlace {
        ChangedInPlace
    }
}

impl<T: ?Sized> MutItem for &Probe<&mut T> {}
impl<A, T: ?Sized> MutItem for &Probe<(A, &mut T)> {}

/// See the module; one step more specific, for what would else be told twice about `(&mut A, &mut B)`.
pub trait MutFirst {
    /// The most specific answer.
    fn changes(&self) -> ChangedInPlace {
        ChangedInPlace
    }
}

impl<A, T: ?Sized> MutFirst for &&Probe<(&mut T, A)> {}

/// What a loop that can be left early may iterate over.
#[diagnostic::on_unimplemented(
    message = "[C007] this `#[concurrent]` loop can be left early, but what it iterates over outlives it",
    label = "iterations ahead of the exit would already have been pulled from here",
    note = "help: iterate over it by value, or leave this loop plain: mark only the others, or remove `#[concurrent]`"
)]
pub trait SourceMayBeLeft {}

#[diagnostic::do_not_recommend]
impl SourceMayBeLeft for Untraced {}

/// What a loop that can be left early may give out.
#[diagnostic::on_unimplemented(
    message = "[C008] this `#[concurrent]` loop can be left early, but it changes its items in place",
    label = "items behind the exit would already have been changed",
    note = "help: compute the new values first and store them in a second loop, or leave this loop plain: mark only the others, or remove `#[concurrent]`"
)]
pub trait ItemsMayBeLeft {}

#[diagnostic::do_not_recommend]
impl ItemsMayBeLeft for Untraced {}

/// Refuses sources of a loop with an exit in which look-ahead could be noticed.
pub fn source_may_be_left(_: impl SourceMayBeLeft) {}

/// Refuses items of a loop with an exit in which look-ahead could be noticed.
pub fn items_may_be_left(_: impl ItemsMayBeLeft) {}
