//! How the results of a parallel part are encoded on their way from a worker process.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::ControlFlow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::flow::{Flow, Landing, Never, Or};

impl<T: Serialize, E: Serialize> Serialize for Flow<T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Next(values) => (0_u8, Some(values), None::<&E>).serialize(serializer),
            Self::Skip => (1_u8, None::<&T>, None::<&E>).serialize(serializer),
            Self::Stop => (2_u8, None::<&T>, None::<&E>).serialize(serializer),
            Self::Leave(exit) => (3_u8, None::<&T>, Some(exit)).serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>, E: Deserialize<'de>> Deserialize<'de> for Flow<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Deserialize::deserialize(deserializer)? {
            (0_u8, Some(values), None) => Ok(Self::Next(values)),
            (1, None, None) => Ok(Self::Skip),
            (2, None, None) => Ok(Self::Stop),
            (3, None, Some(exit)) => Ok(Self::Leave(exit)),
            _ => Err(D::Error::custom("an iteration that ended in no known way")),
        }
    }
}

impl<A: Serialize, B: Serialize> Serialize for Or<A, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::This(this) => (Some(this), None::<&B>).serialize(serializer),
            Self::That(that) => (None::<&A>, Some(that)).serialize(serializer),
        }
    }
}

impl<'de, A: Deserialize<'de>, B: Deserialize<'de>> Deserialize<'de> for Or<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Deserialize::deserialize(deserializer)? {
            (Some(this), None) => Ok(Self::This(this)),
            (None, Some(that)) => Ok(Self::That(that)),
            _ => Err(D::Error::custom("neither this nor that")),
        }
    }
}

impl Serialize for Never {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("an exit that does not exist"))
    }
}

/// A panic travels as its message.
impl<T: Serialize, E: Serialize> Serialize for Landing<T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_sent().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, E: Deserialize<'de>> Deserialize<'de> for Landing<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(Self::of_sent)
    }
}

/// What `?` leaves an iteration with, on its way to the caller.
#[derive(Debug)]
pub struct Packed<R>(R);

impl<R> Packed<R> {
    /// In the worker.
    pub fn new(residual: R) -> Self {
        Self(residual)
    }

    /// On the caller, where `?` is applied to it again.
    pub fn here(self) -> R {
        self.0
    }
}

impl<E> Packed<Result<Infallible, E>> {
    /// The type that has to travel.
    pub fn asked(&self) -> PhantomData<E> {
        PhantomData
    }
}

impl Packed<Option<Infallible>> {
    /// The type that has to travel.
    pub fn asked(&self) -> PhantomData<()> {
        PhantomData
    }
}

impl<B> Packed<ControlFlow<B, Infallible>> {
    /// The type that has to travel.
    pub fn asked(&self) -> PhantomData<B> {
        PhantomData
    }
}

impl<E: Serialize> Serialize for Packed<Result<Infallible, E>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(never) => match *never {},
            Err(error) => error.serialize(serializer),
        }
    }
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Packed<Result<Infallible, E>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        E::deserialize(deserializer).map(|error| Self(Err(error)))
    }
}

impl Serialize for Packed<Option<Infallible>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Packed<Option<Infallible>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self(None))
    }
}

impl<B: Serialize> Serialize for Packed<ControlFlow<B, Infallible>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            ControlFlow::Continue(never) => match *never {},
            ControlFlow::Break(value) => value.serialize(serializer),
        }
    }
}

impl<'de, B: Deserialize<'de>> Deserialize<'de> for Packed<ControlFlow<B, Infallible>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        B::deserialize(deserializer).map(|value| Self(ControlFlow::Break(value)))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::super::flow::{Flow, Never, Or, segment};
    use super::*;
    use crate::ship::{decode, encode};
    use crate::wire::message::{Message, Output};

    fn there_and_back<T: Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
        let mut bytes = Vec::new();
        encode(value, &mut Output::new(&mut bytes)).unwrap();
        decode(Message::from(bytes.as_slice())).unwrap()
    }

    #[test]
    fn every_end_of_an_iteration_travels() {
        type F = Flow<(u8, String), Or<Packed<Result<Infallible, String>>, Or<(), Never>>>;
        let next: F = Flow::Next((7, "seven".to_owned()));
        assert!(matches!(there_and_back(&next), Flow::Next((7, text)) if text == "seven"));
        assert!(matches!(there_and_back::<F>(&Flow::Skip), Flow::Skip));
        assert!(matches!(there_and_back::<F>(&Flow::Stop), Flow::Stop));
        let leave: F = Flow::Leave(Or::This(Packed::new(Err("bad".to_owned()))));
        assert!(matches!(there_and_back(&leave), Flow::Leave(Or::This(Packed(Err(text)))) if text == "bad"));
    }

    #[test]
    fn the_panic_of_a_later_piece_travels_as_its_message() {
        let landing = segment(|| -> Flow<(), Never> { panic!("number {}", std::hint::black_box(7)) });
        let landing = there_and_back(&landing);
        let panic = outcome_of(|| landing.land());
        assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("number 7"));
    }

    fn outcome_of<T>(work: impl FnOnce() -> T) -> Box<dyn std::any::Any + Send> {
        crate::task::outcome::catch(work).map(|_| ()).unwrap_err()
    }
}
