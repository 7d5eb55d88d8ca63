//! How a value travels between processes, asked as in `probe`.

use super::probe::Probe;
use super::shipping::Packed;
use crate::ship::borrows::{Borrows, ByBorrows, ByReferenceTo, BySlice};
use crate::ship::travel::{Both, ByReference, ByValue, Lendable, Portable, Stuck};
use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::{self, atomic};
use std::{cell, rc};

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

/// See `probe`.
pub trait HasState {
    /// The more specific answer.
    fn state(&self) -> Stateful {
        Stateful
    }
}

impl<T: KeepsState> HasState for &Probe<T> {}

/// See `probe`.
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

impl<'a, T: ?Sized> StaysBorrowed<&'a &'a &'a T> for &&&&Probe<&'a &'a &'a T> {}
impl<'a, T: ?Sized> StaysBorrowed<&'a &'a [&'a T]> for &&&&Probe<&'a &'a [&'a T]> {}
impl<'a, T: ?Sized> StaysBorrowed<Packed<Result<Infallible, &'a T>>> for &&&Probe<Packed<Result<Infallible, &'a T>>> {}

/// As what holds borrows from a copy, or a reference to that.
pub trait TravelsWithBorrows<K: Default> {
    /// See the trait.
    fn travels(&self) -> K {
        K::default()
    }
}

impl<B: Borrows> TravelsWithBorrows<ByBorrows<B>> for &&&Probe<B> {}

impl<'here, 'a, T: ?Sized + 'static> TravelsWithBorrows<BySlice<'here, &'a T>> for &&&Probe<&'here [&'a T]> where
    T: Lendable
{
}

macro_rules! references {
    ($([$($generics:tt)*] $kind:ty: $value:ty;)*) => {$(
        impl<'here, $($generics)*> TravelsWithBorrows<ByReferenceTo<'here, $kind>> for &&&Probe<&'here $value> {}

        impl<'here, $($generics)*, N: Portable> TravelsWithBorrows<Both<ByValue<N>, ByReferenceTo<'here, $kind>>>
            for &&&Probe<(N, &'here $value)>
        {
        }
    )*};
}

references! {
    ['a, A: Lendable + ?Sized + 'static] ByReference<'a, A>: &'a A;
    ['a, A: Lendable + ?Sized + 'static] ByBorrows<Vec<&'a A>>: Vec<&'a A>;
    ['a, A: Lendable + ?Sized + 'static, B: Portable + 'static] Both<ByReference<'a, A>, ByValue<B>>: (&'a A, B);
    ['b, A: Portable + 'static, B: Lendable + ?Sized + 'static] Both<ByValue<A>, ByReference<'b, B>>: (A, &'b B);
}

/// As a pair of references, or a reference to that: one step more specific, since a `&str` looks portable too.
pub trait TravelsAsReferences<K: Default> {
    /// See the trait.
    fn travels(&self) -> K {
        K::default()
    }
}

impl<'a, 'b, A, B> TravelsAsReferences<Both<ByReference<'a, A>, ByReference<'b, B>>> for &&&&Probe<(&'a A, &'b B)>
where
    A: Lendable + ?Sized + 'static,
    B: Lendable + ?Sized + 'static,
{
}

impl<'here, 'a, 'b, A, B> TravelsAsReferences<ByReferenceTo<'here, Both<ByReference<'a, A>, ByReference<'b, B>>>>
    for &&&&Probe<&'here (&'a A, &'b B)>
where
    A: Lendable + ?Sized + 'static,
    B: Lendable + ?Sized + 'static,
{
}

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
        Self::new()
    }

    /// The type that is asked about.
    pub fn asked(&self) -> PhantomData<T> {
        PhantomData
    }
}
