//! Values that cross from the parallel part of a loop, in a worker process, to its in-order part: what the parallel part owned
//! is owned by the in-order part, what it borrowed is borrowed there, from a copy.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::borrows::{ByBorrows, ByReferenceTo, BySlice, Kept};
use super::travel::{Both, ByReference, ByValue, Lendable, Portable, Stuck};
use crate::wire::message::{Message, Output};

/// A way to cross.
pub trait Cross {
    /// What leaves the worker.
    type Packed;
    /// What arrives.
    type Held;
    /// What the in-order part sees.
    type Seen<'held>;

    /// Encodes.
    fn put<S: Serializer>(packed: &Self::Packed, serializer: S) -> Result<S::Ok, S::Error>;

    /// Decodes.
    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Held, D::Error>;

    /// Shows, once.
    fn open<'held>(held: &'held mut Self::Held) -> Self::Seen<'held>;
}

/// A value on its way across.
pub enum Crossing<K: Cross> {
    /// In the worker.
    Packed(K::Packed),
    /// On the caller.
    Held(K::Held),
}

impl<K: Cross> Crossing<K> {
    /// Takes the value out, on the caller.
    pub fn open(&mut self) -> K::Seen<'_> {
        match self {
            Self::Held(held) => K::open(held),
            Self::Packed(_) => unreachable!("what crosses is opened where it arrives"),
        }
    }
}

impl<K: Cross> fmt::Debug for Crossing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Crossing(..)")
    }
}

impl<K: Cross> Serialize for Crossing<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Packed(packed) => K::put(packed, serializer),
            Self::Held(_) => Err(S::Error::custom("it has crossed already")),
        }
    }
}

impl<'de, K: Cross> Deserialize<'de> for Crossing<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        K::get(deserializer).map(Self::Held)
    }
}

/// As itself.
#[derive(Debug)]
pub struct Owned<T>(PhantomData<fn() -> T>);

impl<T: Portable> Cross for Owned<T> {
    type Packed = T;
    type Held = Option<T>;
    type Seen<'held> = T;

    fn put<S: Serializer>(packed: &T, serializer: S) -> Result<S::Ok, S::Error> {
        packed.put(serializer)
    }

    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        T::get(deserializer).map(Some)
    }

    fn open(held: &mut Option<T>) -> T {
        held.take().expect("what crossed is shown once")
    }
}

/// As a reference to a copy.
#[derive(Debug)]
pub struct Lent<T: ?Sized>(PhantomData<fn() -> Box<T>>);

impl<T: Lendable + ?Sized + 'static> Cross for Lent<T> {
    type Packed = Result<Vec<u8>, String>;
    type Held = T::Owned;
    type Seen<'held> = &'held T;

    fn put<S: Serializer>(packed: &Self::Packed, serializer: S) -> Result<S::Ok, S::Error> {
        put_bytes(packed, serializer)
    }

    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T::Owned, D::Error> {
        deserializer.deserialize_bytes(OfBytes(T::owned_of_bytes))
    }

    fn open(held: &mut T::Owned) -> &T {
        T::lend(held)
    }
}

/// As a reference to a reference to a copy.
#[derive(Debug)]
pub struct LentTwice<T: ?Sized>(PhantomData<fn() -> Box<T>>);

impl<T: Lendable + ?Sized + 'static> Cross for LentTwice<T> {
    type Packed = Result<Vec<u8>, String>;
    type Held = Kept<ByReference<'static, T>>;
    type Seen<'held> = &'held &'held T;

    fn put<S: Serializer>(packed: &Self::Packed, serializer: S) -> Result<S::Ok, S::Error> {
        put_bytes(packed, serializer)
    }

    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Held, D::Error> {
        deserializer.deserialize_bytes(OfBytes(Kept::read))
    }

    fn open(held: &mut Self::Held) -> &&T {
        held.open()
    }
}

/// Encodes what was encoded where it still could be borrowed.
fn put_bytes<S: Serializer>(packed: &Result<Vec<u8>, String>, serializer: S) -> Result<S::Ok, S::Error> {
    match packed {
        Ok(bytes) => serializer.serialize_bytes(bytes),
        Err(reason) => Err(S::Error::custom(reason)),
    }
}

/// Decodes a value that was encoded before.
struct OfBytes<V>(fn(Message<'_>) -> Result<V, String>);

impl<V> Visitor<'_> for OfBytes<V> {
    type Value = V;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an encoded value")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<V, E> {
        (self.0)(Message::from(bytes)).map_err(E::custom)
    }
}

/// Not at all: see `travel::Stuck`.
#[derive(Debug)]
pub struct Refused<T>(PhantomData<fn() -> T>);

impl<T> Cross for Refused<T> {
    type Packed = ();
    type Held = ();
    type Seen<'held> = T;

    fn put<S: Serializer>((): &(), _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("it cannot be encoded"))
    }

    fn get<'de, D: Deserializer<'de>>(_: D) -> Result<(), D::Error> {
        Err(D::Error::custom("it cannot be encoded"))
    }

    fn open((): &mut ()) -> T {
        unreachable!("such a program does not compile")
    }
}

impl<T: Portable> ByValue<T> {
    /// Packs a value.
    pub fn pack(self, value: T) -> Crossing<Owned<T>> {
        Crossing::Packed(value)
    }
}

impl<'here, T: Lendable + ?Sized + 'static> ByReference<'here, T> {
    /// Packs what a reference refers to.
    pub fn pack(self, value: &'here T) -> Crossing<Lent<T>> {
        let mut bytes = Vec::new();
        Crossing::Packed(value.to_bytes(&mut Output::new(&mut bytes)).map(|()| bytes))
    }
}

impl<'here, 'a, T: Lendable + ?Sized + 'static> ByReferenceTo<'here, ByReference<'a, T>> {
    /// Packs what a reference to a reference refers to.
    pub fn pack(self, value: &'here &'a T) -> Crossing<LentTwice<T>> {
        let mut bytes = Vec::new();
        Crossing::Packed(value.to_bytes(&mut Output::new(&mut bytes)).map(|()| bytes))
    }
}

/// Kinds that items and captured variables may have, and nothing that crosses.
macro_rules! refused {
    ($([$($generics:tt)*] $kind:ty;)*) => {$(
        impl<$($generics)*> $kind {
            /// Packs nothing.
            pub fn pack<V>(self, value: V) -> Crossing<Refused<V>> {
                Stuck::new().pack(value)
            }
        }
    )*};
}

refused! {
    [B] ByBorrows<B>;
    [T: ?Sized] BySlice<'_, T>;
    [B] ByReferenceTo<'_, ByBorrows<B>>;
    [A, B] ByReferenceTo<'_, Both<A, B>>;
}

impl<T> Stuck<T> {
    /// Packs nothing.
    pub fn pack(self, value: T) -> Crossing<Refused<T>> {
        drop(value);
        Crossing::Packed(())
    }
}
