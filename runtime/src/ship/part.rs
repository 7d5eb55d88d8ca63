//! The parallel part of a loop in another process. It is a function that is given the captured variables and makes the
//! closure that is called with each item; itself it captures nothing, so the place of its code is all that travels.

use std::marker::PhantomData;
use std::ptr::NonNull;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::entry::Entry;
use super::function::{Failure, give, receive_with};
use super::travel::{Both, Nothing, Travel, write_first};
use crate::task::outcome;
use crate::wire::message::{Message, Output};

/// An item on its arrival.
#[derive(Debug)]
pub struct Arrived<'held, K: Travel>(&'held mut K::Held);

impl<'held, K: Travel> Arrived<'held, K> {
    /// The item.
    pub fn open(self) -> K::Seen<'held> {
        K::open(self.0)
    }
}

/// The closure of a parallel part.
pub type Body<'held, K, C> = Box<dyn Fn(Arrived<'_, K>) -> C + 'held>;

/// What makes it: a function of the captured variables.
pub type MakeBody<V, K, C> = for<'held> fn(<V as Travel>::Seen<'held>, Maker<'held, V, K, C>) -> Body<'held, K, C>;

/// How long the captured variables can be borrowed, and what the closure takes and gives.
#[derive(Debug)]
pub struct Maker<'held, V, K, C> {
    /// The variables cannot be borrowed for longer than their types live.
    lease: PhantomData<&'held V>,
    body: PhantomData<fn(K) -> C>,
}

impl<'held, V, K: Travel, C> Maker<'held, V, K, C> {
    /// The closure.
    pub fn body(self, body: impl Fn(Arrived<'_, K>) -> C + 'held) -> Body<'held, K, C> {
        Box::new(body)
    }
}

/// The captured variables of a part, encoded. `V` is how they travel.
#[derive(Debug)]
pub struct Captures<V> {
    pub(crate) bytes: Vec<u8>,
    /// Which variable could not be encoded, and why.
    pub(crate) error: Option<String>,
    kind: PhantomData<fn() -> V>,
}

impl Captures<Nothing> {
    /// None yet.
    pub fn new() -> Self {
        Self { bytes: Vec::new(), error: None, kind: PhantomData }
    }
}

impl Default for Captures<Nothing> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Captures<V> {
    /// And this one.
    pub fn with<K: Travel>(mut self, name: &str, _: K, here: &K::Here) -> Captures<Both<K, V>> {
        // In front of the others, as the pair that they are decoded as has them.
        let mut bytes = Vec::new();
        let encoded = write_first(&mut Output::new(&mut bytes), |out| K::write(here, out));
        if let Err(reason) = encoded {
            self.error.get_or_insert(format!("the captured `{name}`: {reason}"));
        }
        bytes.append(&mut self.bytes);
        Captures { bytes, error: self.error, kind: PhantomData }
    }
}

/// The places of a part's code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartFunction {
    load: Entry,
    make: Entry,
}

/// Decodes the captured variables and makes the closure.
type Load = fn(make: usize, captured: Message<'_>) -> Result<Box<dyn Loaded>, Failure>;

/// A part in a worker, with its captured variables.
pub(crate) trait Loaded {
    /// Decodes an item, runs the part, and appends what it gives to the output.
    fn run(&self, input: Message<'_>, output: &mut Output<'_>) -> Result<(), Failure>;
}

impl PartFunction {
    /// How many bytes [`write`](Self::write) writes.
    pub(crate) const SIZE: usize = 16;

    /// The part that `make` makes.
    pub(crate) fn of<V, K, C>(make: MakeBody<V, K, C>) -> Result<Self, String>
    where
        V: Travel,
        K: Travel,
        C: Serialize + DeserializeOwned,
    {
        let load: Load = load::<V, K, C>;
        Ok(Self { load: Entry::of(load as usize)?, make: Entry::of(make as usize)? })
    }

    /// Rebuilds the part, in a worker.
    ///
    /// # Safety
    ///
    /// `self` was made by [`of`](Self::of) in a process of the same executable, and `captured` by the same part.
    pub(crate) unsafe fn load(self, captured: Message<'_>) -> Result<Box<dyn Loaded>, Failure> {
        let make = self.make.address().map_err(Failure::Undecodable)?;
        let load = self.load.address().map_err(Failure::Undecodable)?;
        // SAFETY: our caller promises that the distance was that of a `Load` in the same executable, and code lies at the
        // same distance from the anchor in every process that runs it.
        let load = unsafe { std::mem::transmute::<usize, Load>(load) };
        load(make, captured)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        self.load.write(out);
        self.make.write(out);
    }

    pub(crate) fn read(input: &mut &[u8]) -> Option<Self> {
        Some(Self { load: Entry::read(input)?, make: Entry::read(input)? })
    }
}

fn load<V, K, C>(make: usize, captured: Message<'_>) -> Result<Box<dyn Loaded>, Failure>
where
    V: Travel,
    K: Travel,
    C: Serialize + DeserializeOwned,
{
    // SAFETY: the address travelled together with that of this instance of `load`, for which it was a function of this
    // type (`PartFunction::of`).
    let make = unsafe { std::mem::transmute::<usize, MakeBody<V, K, C>>(make) };
    let held = Kept(NonNull::from(Box::leak(Box::new(receive_with(|| V::read(captured))?))));
    // SAFETY: the allocation is ours and live, and nothing else uses it until `held` is dropped, which comes after
    // everything that was made of this borrow: here, and in `Part`, whose fields are dropped in their order.
    let seen = V::open(unsafe { &mut *held.0.as_ptr() });
    let body =
        outcome::report(|| make(seen, Maker { lease: PhantomData, body: PhantomData })).map_err(Failure::Panicked)?;
    let part: Box<dyn Loaded + '_> = Box::new(Part::<V, K, C> { body, _held: held });
    // SAFETY: only lifetimes change. Those in the types of `V`, `K` and `C` are of the process where the part was written;
    // here their values were decoded, and borrow from `held` at most, which lives as long as they do.
    Ok(unsafe { std::mem::transmute::<Box<dyn Loaded + '_>, Box<dyn Loaded>>(part) })
}

/// A closure, and the captured variables that it borrows from: dropped after it.
struct Part<'held, V: Travel, K: Travel, C> {
    body: Body<'held, K, C>,
    _held: Kept<V::Held>,
}

impl<V: Travel, K: Travel, C: Serialize> Loaded for Part<'_, V, K, C> {
    fn run(&self, input: Message<'_>, output: &mut Output<'_>) -> Result<(), Failure> {
        let mut item = receive_with(|| K::read(input))?;
        let crossing = outcome::report(|| (self.body)(Arrived(&mut item))).map_err(Failure::Panicked)?;
        give(crossing, output)
    }
}

/// A value that others borrow from while its owner moves.
struct Kept<T>(NonNull<T>);

impl<T> Drop for Kept<T> {
    fn drop(&mut self) {
        // SAFETY: it was leaked from a box by `load`, and whoever borrowed from it is gone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::travel::{ByReference, ByValue};
    use super::*;

    /// As the expansion of a loop does.
    fn of<V: Travel, K: Travel, C: Serialize + DeserializeOwned>(
        _captures: &Captures<V>,
        _item: K,
        make: MakeBody<V, K, C>,
    ) -> PartFunction {
        PartFunction::of(make).unwrap()
    }

    #[test]
    fn a_part_sees_what_it_captured_and_its_items() {
        let (words, factor, name) = (vec!["one".to_owned(), "two".to_owned()], 3_u64, "x");
        let captures = Captures::new()
            .with("words", ByValue::new(), &words)
            .with("factor", ByValue::new(), &factor)
            .with("name", ByReference::new(), &name);
        let item = Both::<ByValue<usize>, ByReference<'_, str>>::new();
        let part = of(&captures, item, |(name, (factor, (words, ()))), maker| {
            maker.body(move |item| {
                let (i, text) = item.open();
                let name: &str = name;
                let text: &str = text;
                format!("{name}{}{}{text}", words[i], factor * 2)
            })
        });
        // SAFETY: made right here.
        let loaded = unsafe { part.load(Message::from(captures.bytes.as_slice())) }.unwrap();
        let (mut item, mut output) = (Vec::new(), Vec::new());
        Both::<ByValue<usize>, ByReference<'_, str>>::write(&(1, "!"), &mut Output::new(&mut item)).unwrap();
        loaded.run(Message::from(item.as_slice()), &mut Output::new(&mut output)).unwrap();
        let output = Message::from(output.as_slice());
        assert_eq!(super::super::decode::<String>(output).unwrap(), "xtwo6!");
    }
}
