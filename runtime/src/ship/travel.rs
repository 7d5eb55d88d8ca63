//! How values of a function look in a worker process that runs the parallel part of its loop: those that it owned are
//! owned there, what it borrowed is borrowed there, from a copy that lives as long as it is needed.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserializer, Serialize, Serializer};

use super::{decode, encode};
use crate::wire::fields::{put_u64, take_u64};
use crate::wire::message::{Message, Output};

/// A way to travel.
pub trait Travel {
    /// The value here.
    type Here;
    /// What is kept of it there.
    type Held;
    /// What the part sees there.
    type Seen<'held>;

    /// Encodes.
    fn write(here: &Self::Here, out: &mut Output<'_>) -> Result<(), String>;

    /// Decodes. Takes all of the input.
    fn read(input: Message<'_>) -> Result<Self::Held, String>;

    /// Shows, once.
    fn open<'held>(held: &'held mut Self::Held) -> Self::Seen<'held>;
}

/// As itself.
#[derive(Debug)]
pub struct ByValue<T>(PhantomData<fn() -> T>);

impl<T> ByValue<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Portable> Travel for ByValue<T> {
    type Here = T;
    type Held = Option<T>;
    type Seen<'held> = T;

    fn write(here: &T, out: &mut Output<'_>) -> Result<(), String> {
        here.to_bytes(out)
    }

    fn read(input: Message<'_>) -> Result<Option<T>, String> {
        T::of_bytes(input).map(Some)
    }

    fn open(held: &mut Option<T>) -> T {
        held.take().expect("what travelled is shown once")
    }
}

/// As a reference to a copy.
#[derive(Debug)]
pub struct ByReference<'here, T: ?Sized>(PhantomData<fn() -> &'here T>);

impl<T: ?Sized> ByReference<'_, T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'here, T: Lendable + ?Sized + 'static> Travel for ByReference<'here, T> {
    type Here = &'here T;
    type Held = T::Owned;
    type Seen<'held> = &'held T;

    fn write(here: &&'here T, out: &mut Output<'_>) -> Result<(), String> {
        here.to_bytes(out)
    }

    fn read(input: Message<'_>) -> Result<T::Owned, String> {
        T::owned_of_bytes(input)
    }

    fn open(held: &mut T::Owned) -> &T {
        T::lend(held)
    }
}

/// Not at all: what the compiler is told to go on with once it has refused the program.
#[derive(Debug)]
pub struct Stuck<T>(PhantomData<fn() -> T>);

impl<T> Stuck<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Travel for Stuck<T> {
    type Here = T;
    type Held = ();
    type Seen<'held> = T;

    fn write(_: &T, _: &mut Output<'_>) -> Result<(), String> {
        Err(NO_WAY.to_owned())
    }

    fn read(_: Message<'_>) -> Result<(), String> {
        Err(NO_WAY.to_owned())
    }

    fn open((): &mut ()) -> T {
        unreachable!("{NO_WAY}")
    }
}

/// Never seen: such a program does not compile.
const NO_WAY: &str = "it cannot be encoded";

/// One after the other.
#[derive(Debug)]
pub struct Both<A, B>(PhantomData<fn() -> (A, B)>);

impl<A, B> Default for Both<A, B> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A, B> Both<A, B> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<A: Travel, B: Travel> Travel for Both<A, B> {
    type Here = (A::Here, B::Here);
    type Held = (A::Held, B::Held);
    type Seen<'held> = (A::Seen<'held>, B::Seen<'held>);

    fn write(here: &Self::Here, out: &mut Output<'_>) -> Result<(), String> {
        write_first(out, |out| A::write(&here.0, out))?;
        B::write(&here.1, out)
    }

    fn read(input: Message<'_>) -> Result<Self::Held, String> {
        let (first, second) = split(input)?;
        Ok((A::read(first)?, B::read(second)?))
    }

    fn open<'held>(held: &'held mut Self::Held) -> Self::Seen<'held> {
        (A::open(&mut held.0), B::open(&mut held.1))
    }
}

/// Nothing.
#[derive(Debug)]
pub struct Nothing;

impl Travel for Nothing {
    type Here = ();
    type Held = ();
    type Seen<'held> = ();

    fn write((): &(), _out: &mut Output<'_>) -> Result<(), String> {
        Ok(())
    }

    fn read(_input: Message<'_>) -> Result<(), String> {
        Ok(())
    }

    fn open((): &mut ()) {}
}

/// Writes a value with its length before it, so that another can follow.
pub(super) fn write_first(
    out: &mut Output<'_>,
    write: impl FnOnce(&mut Output<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let at = out.bytes().len();
    put_u64(out.bytes(), 0);
    write(out)?;
    let bytes = out.bytes();
    let len = (bytes.len() - at - size_of::<u64>()) as u64;
    bytes[at..at + size_of::<u64>()].copy_from_slice(&len.to_ne_bytes());
    Ok(())
}

/// A value that was written with its length, and what follows it.
fn split(message: Message<'_>) -> Result<(Message<'_>, Message<'_>), String> {
    let mut input = message.bytes;
    let len = take_u64(&mut input).and_then(|len| usize::try_from(len).ok());
    let parts = len.and_then(|len| input.split_at_checked(len));
    let (first, second) = parts.ok_or_else(|| "the message ends early".to_owned())?;
    Ok((message.with_bytes(first), message.with_bytes(second)))
}

/// What can be sent to another process as itself.
pub trait Portable: Sized {
    #[doc(hidden)]
    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String>;
    #[doc(hidden)]
    fn of_bytes(input: Message<'_>) -> Result<Self, String>;
    #[doc(hidden)]
    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    #[doc(hidden)]
    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<T: Serialize + DeserializeOwned> Portable for T {
    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String> {
        encode(self, out)
    }

    fn of_bytes(input: Message<'_>) -> Result<Self, String> {
        decode(input)
    }

    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn get<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer)
    }
}

/// What can be borrowed in another process, from a copy.
pub trait Lendable: Serialize {
    /// The copy.
    type Owned: DeserializeOwned;

    #[doc(hidden)]
    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String>;
    #[doc(hidden)]
    fn owned_of_bytes(input: Message<'_>) -> Result<Self::Owned, String>;
    #[doc(hidden)]
    fn lend(owned: &Self::Owned) -> &Self;
}

impl<T: Serialize + DeserializeOwned> Lendable for T {
    type Owned = T;

    fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String> {
        encode(self, out)
    }

    fn owned_of_bytes(input: Message<'_>) -> Result<T, String> {
        decode(input)
    }

    fn lend(owned: &T) -> &T {
        owned
    }
}

macro_rules! lendable {
    ($([$($generics:tt)*] $borrowed:ty => $owned:ty: $lend:expr;)*) => {$(
        impl<$($generics)*> Lendable for $borrowed {
            type Owned = $owned;

            fn to_bytes(&self, out: &mut Output<'_>) -> Result<(), String> {
                encode(self, out)
            }

            fn owned_of_bytes(input: Message<'_>) -> Result<$owned, String> {
                decode(input)
            }

            fn lend(owned: &$owned) -> &Self {
                let lend: fn(&$owned) -> &Self = $lend;
                lend(owned)
            }
        }
    )*};
}

lendable! {
    [] str => String: |owned| owned;
    [T: Serialize + DeserializeOwned] [T] => Vec<T>: |owned| owned;
    [] Path => PathBuf: |owned| owned;
    [] OsStr => OsString: |owned| owned;
    [] CStr => CString: |owned| owned;
}
