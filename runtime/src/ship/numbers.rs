//! Vectors and slices of numbers as one block of bytes, recognised by their types.
//!
//! serde offers sequences one element at a time. Its own implementations for `Vec` and slices, however, pass themselves
//! to `collect_seq`, and `Vec` reads itself with one certain visitor: both can be told by their type ids. If serde does
//! it differently one day, vectors travel more slowly, but as the same bytes.

use std::any::TypeId;
use std::fmt;
use std::mem::{ManuallyDrop, transmute_copy};

use bytemuck::Pod;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, Visitor};

use super::fault::Fault;
use super::input::Block;
use super::runs::Runs;

/// Makes what a visitor would make of a sequence of numbers, from their bytes.
pub(super) struct FromBytes<R> {
    /// How many bytes one number takes.
    pub(super) width: usize,
    /// Takes the bytes of whole numbers.
    pub(super) read: fn(Block<'_>, &mut Runs<'_>) -> Result<R, Fault>,
}

/// A type whose bytes in memory are what the codec writes for it. Types of this kind have no lifetimes.
trait Number: Pod + DeserializeOwned {}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Number for $number {})*

        /// How many numbers are in `items`, and their bytes, if it is a reference to a `Vec` or a slice of numbers.
        #[inline]
        pub(super) fn bytes_of<I>(items: &I) -> Option<(usize, &[u8])> {
            None$(.or_else(|| bytes_if::<$number, I>(items)))*
        }

        /// How to read numbers at once, if `V` is the visitor with which serde reads a `Vec` of them.
        #[inline]
        pub(super) fn reader_for<'de, V: Visitor<'de>>() -> Option<FromBytes<V::Value>> {
            None$(.or_else(|| reader_if::<$number, V>()))*
        }
    };
}

#[cfg(target_pointer_width = "64")]
numbers!(u8 i8 u16 i16 u32 i32 u64 i64 u128 i128 f32 f64 usize isize);
// serde writes `usize` and `isize` with 64 bits everywhere.
#[cfg(not(target_pointer_width = "64"))]
numbers!(u8 i8 u16 i16 u32 i32 u64 i64 u128 i128 f32 f64);

#[inline]
fn bytes_if<T: Number, I>(items: &I) -> Option<(usize, &[u8])> {
    let numbers: &[T] = if typeid::of::<I>() == TypeId::of::<&'static Vec<T>>() {
        // SAFETY: `I` is `&Vec<T>`: equal ids mean the same type but for lifetimes, `T` has none, and the reference that
        // is copied out lives no longer than the borrow of `items`, which the original outlives.
        unsafe { transmute_copy::<I, &Vec<T>>(items) }
    } else if typeid::of::<I>() == TypeId::of::<&'static [T]>() {
        // SAFETY: as above, with `I` being `&[T]`.
        unsafe { transmute_copy::<I, &[T]>(items) }
    } else {
        return None;
    };
    Some((numbers.len(), bytemuck::cast_slice(numbers)))
}

#[inline]
fn reader_if<'de, T: Number, V: Visitor<'de>>() -> Option<FromBytes<V::Value>> {
    // The visitor's own type must be equal, too: another one may make something else of the same numbers, say
    // refuse some of them.
    let equal = typeid::of::<V::Value>() == TypeId::of::<Vec<T>>() && Some(typeid::of::<V>()) == vec_visitor::<T>();
    equal.then_some(FromBytes { width: size_of::<T>(), read: read::<T, V::Value> })
}

/// The numbers in a block as an `R`, which must be `Vec<T>`.
fn read<T: Number, R>(block: Block<'_>, runs: &mut Runs<'_>) -> Result<R, Fault> {
    assert_eq!(typeid::of::<R>(), TypeId::of::<Vec<T>>(), "a reader is made for this type only");
    let numbers = ManuallyDrop::new(match block {
        Block::Here(bytes) => collect::<T>(bytes),
        Block::Beside(run) => runs.numbers::<T>(run)?,
    });
    // SAFETY: `R` is `Vec<T>`, which has no lifetimes, as was just asserted; `ManuallyDrop<Vec<T>>` is laid out like
    // it, and does not drop what is moved out here.
    Ok(unsafe { transmute_copy::<ManuallyDrop<Vec<T>>, R>(&numbers) })
}

fn collect<T: Number>(bytes: &[u8]) -> Vec<T> {
    // Bytes fit every address, other numbers some.
    match bytemuck::try_cast_slice::<u8, T>(bytes) {
        Ok(numbers) => numbers.to_vec(),
        Err(_) => bytemuck::pod_collect_to_vec(bytes),
    }
}

/// The id of the visitor with which serde reads a `Vec<T>`. (Optimised code holds the id as a constant.)
#[inline]
fn vec_visitor<T: Number>() -> Option<TypeId> {
    match Vec::<T>::deserialize(Probe) {
        Err(Seen(visitor)) => visitor,
        Ok(_) => None,
    }
}

/// A deserializer that fails with the type of the visitor it is given.
struct Probe;

#[derive(Debug)]
struct Seen(Option<TypeId>);

impl<'de> Deserializer<'de> for Probe {
    type Error = Seen;

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Seen> {
        Err(Seen(Some(typeid::of::<V>())))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Seen> {
        Err(Seen(None))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl de::Error for Seen {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type of a visitor")
    }
}

impl std::error::Error for Seen {}
