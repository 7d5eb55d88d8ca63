//! Values that cross from the parallel part of a loop, in a worker process, to its in-order part: what the parallel part owned
//! is owned by the in-order part, what it borrowed is borrowed there, from a copy.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::travel::{Lendable, Portable};
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
        match packed {
            Ok(bytes) => serializer.serialize_bytes(bytes),
            Err(reason) => Err(S::Error::custom(reason)),
        }
    }

    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T::Owned, D::Error> {
        struct OfBytes<T: ?Sized>(PhantomData<fn() -> Box<T>>);

        impl<T: Lendable + ?Sized> Visitor<'_> for OfBytes<T> {
            type Value = T::Owned;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an encoded value")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<T::Owned, E> {
                T::owned_of_bytes(Message::from(bytes)).map_err(E::custom)
            }
        }

        deserializer.deserialize_bytes(OfBytes::<T>(PhantomData))
    }

    fn open(held: &mut T::Owned) -> &T {
        T::lend(held)
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

impl<T: Portable> super::travel::ByValue<T> {
    /// Packs a value.
    pub fn pack(self, value: T) -> Crossing<Owned<T>> {
        Crossing::Packed(value)
    }
}

impl<'here, T: Lendable + ?Sized + 'static> super::travel::ByReference<'here, T> {
    /// Packs what a reference refers to.
    pub fn pack(self, value: &'here T) -> Crossing<Lent<T>> {
        let mut bytes = Vec::new();
        Crossing::Packed(value.to_bytes(&mut Output::new(&mut bytes)).map(|()| bytes))
    }
}

impl<T> super::travel::Stuck<T> {
    /// Packs nothing.
    pub fn pack(self, value: T) -> Crossing<Refused<T>> {
        drop(value);
        Crossing::Packed(())
    }
}
