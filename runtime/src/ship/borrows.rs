//! What holds borrows: `&&str`, `&[&str]`, `Vec<&str>`, `&(&str, u8)`. In a worker it is made once more, of borrows from a copy
//! of what it refers to.

use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, MaybeUninit};
use std::{array, ptr};

use serde::de::DeserializeOwned;

use super::travel::{Both, ByReference, ByValue, Lendable, Portable, Travel};
use super::{decode, encode};
use crate::wire::message::{Message, Output};

/// A value that holds borrows.
pub trait Borrows {
    /// What it borrows from.
    type Owned: DeserializeOwned;
    /// The same with borrows from that.
    type Again<'held>;

    #[doc(hidden)]
    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String>;
    #[doc(hidden)]
    fn again(owned: &Self::Owned) -> Self::Again<'_>;
}

impl<T: Lendable + ?Sized + 'static> Borrows for Vec<&T> {
    type Owned = Vec<T::Owned>;
    type Again<'held> = Vec<&'held T>;

    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String> {
        encode(self, out)
    }

    fn again(owned: &Vec<T::Owned>) -> Vec<&T> {
        owned.iter().map(T::lend).collect()
    }
}

impl<T: Lendable + ?Sized + 'static, const N: usize> Borrows for [&T; N] {
    type Owned = Vec<T::Owned>;
    type Again<'held> = [&'held T; N];

    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String> {
        encode(self.as_slice(), out)
    }

    fn again(owned: &Vec<T::Owned>) -> [&T; N] {
        array::from_fn(|at| T::lend(&owned[at]))
    }
}

impl<T: Lendable + ?Sized + 'static> Borrows for Option<&T> {
    type Owned = Option<T::Owned>;
    type Again<'held> = Option<&'held T>;

    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String> {
        encode(self, out)
    }

    fn again(owned: &Option<T::Owned>) -> Option<&T> {
        owned.as_ref().map(T::lend)
    }
}

/// As a value that borrows from a copy.
#[derive(Debug)]
pub struct ByBorrows<B>(PhantomData<fn() -> B>);

impl<B> Default for ByBorrows<B> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<B: Borrows> Travel for ByBorrows<B> {
    type Here = B;
    type Held = B::Owned;
    type Seen<'held> = B::Again<'held>;

    fn write(here: &B, out: &mut Output<'_>) -> Result<(), String> {
        here.to_bytes(out)
    }

    fn read(input: Message<'_>) -> Result<B::Owned, String> {
        decode(input)
    }

    fn open<'held>(held: &'held mut B::Owned) -> B::Again<'held> {
        B::again(held)
    }
}

/// What is seen of a value, and what that borrows from: dropped after it.
pub struct Kept<K: Travel> {
    /// Initialized if it was shown. Nobody outside may see its lifetime; and where `self` has moved since, so may have what it
    /// refers to, so that it is not to be taken for a value with references any more.
    seen: MaybeUninit<K::Seen<'static>>,
    is_shown: bool,
    held: K::Held,
}

impl<K: Travel> Kept<K> {
    /// Decodes.
    pub(super) fn read(input: Message<'_>) -> Result<Self, String> {
        Ok(Self { seen: MaybeUninit::uninit(), is_shown: false, held: K::read(input)? })
    }

    /// Shows, once.
    pub(super) fn open<'held>(&'held mut self) -> &'held K::Seen<'held> {
        assert!(!self.is_shown, "it is shown once");
        let seen = K::open(&mut self.held);
        self.is_shown = true;
        // SAFETY: only a lifetime differs, which no layout depends on. What is put there borrows from `held` for as long as
        // our borrow lasts, during which both stay where they are; behind it, nobody but `drop` touches it.
        let place = unsafe { &mut *ptr::from_mut(&mut self.seen).cast::<MaybeUninit<K::Seen<'held>>>() };
        place.write(seen)
    }
}

impl<K: Travel> Drop for Kept<K> {
    fn drop(&mut self) {
        if mem::needs_drop::<K::Seen<'static>>() && self.is_shown {
            // SAFETY: it is initialized, and dropped here alone. What is seen, of which the list below has all kinds, holds plain
            // references in vectors at most: what these refer to is not touched.
            unsafe { self.seen.assume_init_drop() };
        }
    }
}

impl<K: Travel> fmt::Debug for Kept<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(..)")
    }
}

/// As a reference to what travels as `K`. `Here` is that reference.
#[derive(Debug)]
pub struct ByReferenceTo<'here, K>(PhantomData<fn() -> &'here K>);

impl<K> Default for ByReferenceTo<'_, K> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

macro_rules! by_reference_to {
    ($([$($generics:tt)*] $kind:ty as $seen:ty;)*) => {$(
        impl<'here, $($generics)*> Travel for ByReferenceTo<'here, $kind> {
            type Here = &'here <$kind as Travel>::Here;
            type Held = Kept<$kind>;
            type Seen<'held> = &'held $seen;

            fn write(here: &Self::Here, out: &mut Output<'_>) -> Result<(), String> {
                <$kind>::write(here, out)
            }

            fn read(input: Message<'_>) -> Result<Kept<$kind>, String> {
                Kept::read(input)
            }

            fn open<'held>(held: &'held mut Kept<$kind>) -> &'held $seen {
                held.open()
            }
        }
    )*};
}

by_reference_to! {
    ['a, A: Lendable + ?Sized + 'static] ByReference<'a, A> as &'held A;
    ['a, A: Lendable + ?Sized + 'static] ByBorrows<Vec<&'a A>> as Vec<&'held A>;
    ['a, A: Lendable + ?Sized + 'static, B: Portable + 'static] Both<ByReference<'a, A>, ByValue<B>> as (&'held A, B);
    ['b, A: Portable + 'static, B: Lendable + ?Sized + 'static] Both<ByValue<A>, ByReference<'b, B>> as (A, &'held B);
    ['a, 'b, A: Lendable + ?Sized + 'static, B: Lendable + ?Sized + 'static]
        Both<ByReference<'a, A>, ByReference<'b, B>> as (&'held A, &'held B);
}

/// As a slice of references to copies.
#[derive(Debug)]
pub struct BySlice<'here, T: ?Sized>(PhantomData<fn() -> &'here T>);

impl<T: ?Sized> Default for BySlice<'_, T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'here, 'a, T: Lendable + ?Sized + 'static> Travel for BySlice<'here, &'a T> {
    type Here = &'here [&'a T];
    type Held = Kept<ByBorrows<Vec<&'a T>>>;
    type Seen<'held> = &'held [&'held T];

    fn write(here: &&'here [&'a T], out: &mut Output<'_>) -> Result<(), String> {
        encode(here, out)
    }

    fn read(input: Message<'_>) -> Result<Self::Held, String> {
        Kept::read(input)
    }

    fn open(held: &mut Self::Held) -> &[&T] {
        held.open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a value, shows what has come, and drops that from another place.
    fn sent<K: Travel>(here: &K::Here, see: impl FnOnce(&K::Seen<'_>)) {
        let mut bytes = Vec::new();
        K::write(here, &mut Output::new(&mut bytes)).unwrap();
        let mut kept = Kept::<K>::read(Message::from(bytes.as_slice())).unwrap();
        see(kept.open());
        drop(Box::new(kept));
    }

    #[test]
    fn borrows_come_as_borrows_from_a_copy() {
        let words = vec!["one", "", "three"];
        sent::<ByBorrows<Vec<&str>>>(&words, |seen| assert_eq!(*seen, words));
        sent::<ByBorrows<[&str; 2]>>(&["a", "b"], |seen| assert_eq!(*seen, ["a", "b"]));
        sent::<ByBorrows<Option<&u64>>>(&Some(&7), |seen| assert_eq!(*seen, Some(&7)));
    }

    #[test]
    fn references_to_references_come_as_such() {
        sent::<ByReference<'_, str>>(&"one", |seen| assert_eq!(*seen, "one"));
        sent::<ByReference<'_, u64>>(&&7, |seen| assert_eq!(**seen, 7));
        type Pair<'a> = Both<ByReference<'a, str>, ByValue<u8>>;
        sent::<Pair<'_>>(&("one", 1), |seen| assert_eq!(*seen, ("one", 1)));
    }
}
