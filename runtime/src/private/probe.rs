//! Questions about a type that the macro cannot see, answered by method resolution.
//!
//! `(&&Probe::of(&iter)).how()` finds the method of the more specific trait, which is implemented for
//! `&Probe<I>`, before the general one for `Probe<I>` (David Tolnay's "autoref specialization",
//! case-studies/autoref-specialization in his repository). Inside generic functions, where the type is
//! not known, it finds the general one, which is always right.

use crate::schedule::source::Splittable;
use crate::schedule::strips::{Indexed, IndexedFrom, Opaque};
#[cfg(unix)]
use crate::ship::travel::{Both, ByReference, ByValue, Lendable, Portable, Stuck};
use std::io;
use std::iter::{self, Enumerate};
use std::marker::PhantomData;
use std::sync::{self, atomic, mpsc};
use std::{cell, rc};

/// Stands for a value of type `T`.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T> Probe<T> {
    pub(super) fn new() -> Self {
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
    pub fn enumerated<I: Splittable>(self, iter: I) -> IndexedFrom<I> {
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

    /// `for (i, x) in iter.enumerate()`
    #[inline]
    pub fn enumerated<I: Iterator>(self, iter: I) -> Opaque<Enumerate<I>> {
        Opaque::enumerated(iter)
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

/// How a value travels between processes. The general answer: not at all.
pub trait StaysHere<T> {
    /// See the trait.
    fn travels(&self) -> Stuck<T> {
        Stuck::new()
    }
}

impl<T> StaysHere<T> for Probe<T> {}

/// What can be changed while others look at it: a copy of it in another process would not be it.
///
/// The types of the standard library, and what leads to them. What a user's type holds is not seen.
pub trait KeepsState {}

/// What several may have of the same state.
pub trait SharesState {}

macro_rules! keep_state {
    ($([$($generics:tt)*] $keeper:ty;)*) => {$(
        impl<$($generics)*> KeepsState for $keeper {}
        impl<$($generics)*> SharesState for &$keeper {}
        impl<$($generics)*> SharesState for rc::Rc<$keeper> {}
        impl<$($generics)*> SharesState for sync::Arc<$keeper> {}
    )*};
}

keep_state! {
    [T: ?Sized] cell::Cell<T>; [T: ?Sized] cell::RefCell<T>; [T] cell::OnceCell<T>;
    [T: ?Sized] sync::Mutex<T>; [T: ?Sized] sync::RwLock<T>; [T] sync::OnceLock<T>;
    [] atomic::AtomicBool; [] atomic::AtomicUsize; [] atomic::AtomicIsize;
    [] atomic::AtomicU8; [] atomic::AtomicU16; [] atomic::AtomicU32; [] atomic::AtomicU64;
    [] atomic::AtomicI8; [] atomic::AtomicI16; [] atomic::AtomicI32; [] atomic::AtomicI64;
}

impl<T: SharesState> SharesState for Vec<T> {}
impl<T: SharesState> SharesState for Option<T> {}
impl<T: SharesState> SharesState for &Vec<T> {}
impl<T: SharesState> SharesState for &[T] {}
impl<T: SharesState> SharesState for &&T {}

/// The answer for a variable of which a copy is as good.
#[derive(Debug)]
pub struct Stateless;

/// The answer for one of which it is not.
#[derive(Debug)]
pub struct Stateful;

/// See the module.
pub trait HasState {
    /// The more specific answer.
    fn state(&self) -> Stateful {
        Stateful
    }
}

impl<T: KeepsState> HasState for &Probe<T> {}

/// See the module.
pub trait HasNoState {
    /// The general answer.
    fn state(&self) -> Stateless {
        Stateless
    }
}

impl<T> HasNoState for Probe<T> {}

/// Not at all, although it could be encoded.
pub trait StaysOne<T> {
    /// See the trait.
    fn travels(&self) -> Stuck<T> {
        Stuck::new()
    }
}

impl<T: SharesState> StaysOne<T> for &&&Probe<T> {}

/// Not at all either: borrows within borrows, which serde cannot make again.
pub trait StaysBorrowed<T> {
    /// See the trait.
    fn travels(&self) -> Stuck<T> {
        Stuck::new()
    }
}

impl<'a, T: ?Sized> StaysBorrowed<&'a &'a T> for &&&Probe<&'a &'a T> {}
impl<'a, T: ?Sized> StaysBorrowed<&'a [&'a T]> for &&&Probe<&'a [&'a T]> {}
impl<'a, T: ?Sized> StaysBorrowed<&'a Vec<&'a T>> for &&&Probe<&'a Vec<&'a T>> {}
impl<'a, T: ?Sized> StaysBorrowed<Vec<&'a T>> for &&&Probe<Vec<&'a T>> {}
impl<'a, T: ?Sized> StaysBorrowed<Option<&'a T>> for &&&Probe<Option<&'a T>> {}
impl<'a, T: ?Sized> StaysBorrowed<(usize, &'a &'a T)> for &&&Probe<(usize, &'a &'a T)> {}

/// As itself.
pub trait TravelsAsItself<T> {
    /// See the trait.
    fn travels(&self) -> ByValue<T> {
        ByValue::new()
    }
}

impl<T: Portable> TravelsAsItself<T> for &Probe<T> {}

/// As a reference to a copy.
pub trait TravelsAsReference<'a, T: ?Sized> {
    /// See the trait.
    fn travels(&self) -> ByReference<'a, T> {
        ByReference::new()
    }
}

impl<'a, T: Lendable + ?Sized + 'static> TravelsAsReference<'a, T> for &&Probe<&'a T> {}

/// As a pair with a reference, as `enumerate` and `zip` give.
pub trait TravelsAsPair<A, B> {
    /// See the trait.
    fn travels(&self) -> Both<A, B> {
        Both::new()
    }
}

impl<'a, A, B> TravelsAsPair<ByReference<'a, A>, ByValue<B>> for &&Probe<(&'a A, B)>
where
    A: Lendable + ?Sized + 'static,
    B: Portable,
{
}

impl<'b, A, B> TravelsAsPair<ByValue<A>, ByReference<'b, B>> for &&Probe<(A, &'b B)>
where
    A: Portable,
    B: Lendable + ?Sized + 'static,
{
}

impl<'a, 'b, A, B> TravelsAsPair<ByReference<'a, A>, ByReference<'b, B>> for &&Probe<(&'a A, &'b B)>
where
    A: Lendable + ?Sized + 'static,
    B: Lendable + ?Sized + 'static,
{
}

/// As `enumerate` of a `zip` gives it.
impl<'a, 'b, N, A, B> TravelsAsPair<ByValue<N>, Both<ByReference<'a, A>, ByReference<'b, B>>>
    for &&Probe<(N, (&'a A, &'b B))>
where
    N: Portable,
    A: Lendable + ?Sized + 'static,
    B: Lendable + ?Sized + 'static,
{
}

impl<T> Probe<T> {
    /// Asks about a value.
    pub fn of_value(_: &T) -> Self {
        Self(PhantomData)
    }

    /// The type that is asked about.
    pub fn asked(&self) -> PhantomData<T> {
        PhantomData
    }
}
