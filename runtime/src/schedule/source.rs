//! What a loop iterates over, as the scheduler sees it: something from whose front chunks are taken.
//!
//! Ranges, slices and vectors are split where a chunk is needed ([`Split`], and `indexed.rs`). Any other iterator is
//! pulled on the calling thread, a chunk at a time, into a backlog from which workers take ([`Pulled`]).

use std::collections::VecDeque;
use std::ops::Range;
use std::vec;

/// The part of a source that every thread of a loop may use, under the loop's lock.
pub trait Source {
    /// What the loop's pattern is matched against.
    type Item;
    /// Consecutive items.
    type Chunk: ExactSizeIterator<Item = Self::Item>;

    /// The next chunk of at most `n` items (a backlog gives what was pulled together), never empty;
    /// `None` if nothing is there now.
    fn take(&mut self, n: usize) -> Option<Self::Chunk>;

    /// How many items can be taken without pulling more.
    fn ready(&self) -> usize;

    /// Moves out all that can be taken.
    fn take_rest(&mut self) -> Self;
}

/// A source together with the part of it that stays on the calling thread.
pub trait Input {
    /// What the loop's pattern is matched against.
    type Item;
    /// What all threads take from.
    type Source: Source<Item = Self::Item>;

    /// How many items there are, if that is certain; before it is opened.
    fn len(&self) -> Option<usize>;

    /// The source at the start, before anything was pulled.
    fn open(&mut self) -> Self::Source;

    /// Whether everything that will ever be taken is in the source already.
    fn is_drained(&self) -> bool;

    /// Called on the calling thread only, without the loop's lock: pulls at most `n` items into `items`,
    /// where they are also if the iterator then panics.
    fn pull(&mut self, n: usize, items: &mut Vec<Self::Item>);

    /// Puts what was pulled behind what is ready.
    fn push(source: &mut Self::Source, items: Vec<Self::Item>);

    /// How many items are not taken yet, as far as the input can tell.
    fn remaining(&self, source: &Self::Source) -> Option<usize>;

    /// What was not taken, as an input that was not opened. Of what was pulled, nothing may be left.
    fn close(&mut self, source: &mut Self::Source) -> Self;
}

/// A standard iterator that can be split without looking at its items.
pub trait Splittable: Iterator + Sized {
    /// What it becomes.
    type Source: Source<Item = Self::Item>;
    /// What a plain loop over some of its items goes through, no slower than through the whole.
    type Strip: Iterator<Item = Self::Item>;

    /// Changes the representation; no item is visited.
    fn into_source(self) -> Self::Source;

    /// Changes it back.
    fn from_source(source: Self::Source) -> Self;

    /// The first `n` items or all, and the others, unless the strip has them and says to stop before them.
    fn strip(self, n: usize) -> (Self::Strip, Option<Self>);

    /// What is left of a strip that has ended.
    fn rest_of(strip: Self::Strip) -> Option<Self>;
}

/// The input of a [`Splittable`] iterator: everything is shared, nothing is pulled.
#[derive(Debug)]
pub struct Split<S>(Option<S>);

impl<S: Source> Split<S> {
    /// An input that holds all of `source`.
    pub fn new(source: S) -> Self {
        Self(Some(source))
    }

    /// What was not opened, or was closed again.
    pub(crate) fn into_source(self) -> Option<S> {
        self.0
    }
}

impl<S: Source> Input for Split<S> {
    type Item = S::Item;
    type Source = S;

    fn len(&self) -> Option<usize> {
        self.0.as_ref().map(Source::ready)
    }

    fn open(&mut self) -> S {
        self.0.take().expect("an input is opened once")
    }

    fn is_drained(&self) -> bool {
        true
    }

    fn pull(&mut self, _n: usize, _items: &mut Vec<S::Item>) {}

    fn push(_source: &mut S, _items: Vec<S::Item>) {}

    fn remaining(&self, source: &S) -> Option<usize> {
        Some(source.ready())
    }

    fn close(&mut self, source: &mut S) -> Self {
        Self::new(source.take_rest())
    }
}

/// There is room for so many items before they are pulled: a user may ask for chunks of any size, and an iterator promise anything.
const MOST_ROOM: usize = 1 << 12;

/// The input of any other iterator.
#[derive(Debug)]
pub struct Pulled<I> {
    /// Gone after its first `None`: it is never asked again.
    iter: Option<I>,
    /// How many items it has left at most, as it said when it was last asked (which is never under a lock).
    at_most: Option<usize>,
}

impl<I: Iterator> Pulled<I> {
    /// An input that pulls from `iter`.
    pub fn new(iter: I) -> Self {
        let at_most = iter.size_hint().1;
        Self { iter: Some(iter), at_most }
    }

    /// The iterator, unless it has come to its end.
    pub(crate) fn into_iter(self) -> Option<I> {
        self.iter
    }
}

impl<I: Iterator> Input for Pulled<I> {
    type Item = I::Item;
    type Source = Backlog<I::Item>;

    fn len(&self) -> Option<usize> {
        None
    }

    fn open(&mut self) -> Backlog<I::Item> {
        Backlog { chunks: VecDeque::new(), items: 0 }
    }

    fn is_drained(&self) -> bool {
        self.iter.is_none()
    }

    fn pull(&mut self, n: usize, items: &mut Vec<I::Item>) {
        // Taken out first: an iterator that panics is not asked again either.
        let Some(mut iter) = self.iter.take() else { return };
        items.reserve(self.at_most.map_or(n, |at_most| at_most.min(n)).min(MOST_ROOM));
        while items.len() < n {
            match iter.next() {
                Some(item) => items.push(item),
                None => return,
            }
        }
        self.at_most = iter.size_hint().1;
        self.iter = Some(iter);
    }

    fn push(source: &mut Backlog<I::Item>, items: Vec<I::Item>) {
        if items.is_empty() {
            return;
        }
        source.items += items.len();
        source.chunks.push_back(items);
    }

    fn remaining(&self, source: &Backlog<I::Item>) -> Option<usize> {
        if self.iter.is_none() {
            return Some(source.items);
        }
        Some(self.at_most?.saturating_add(source.items))
    }

    fn close(&mut self, source: &mut Backlog<I::Item>) -> Self {
        debug_assert_eq!(source.items, 0, "what was pulled is run first");
        Self { iter: self.iter.take(), at_most: self.at_most }
    }
}

/// Items that were pulled together and are not taken yet.
#[derive(Debug)]
pub struct Backlog<T> {
    chunks: VecDeque<Vec<T>>,
    items: usize,
}

impl<T> Source for Backlog<T> {
    type Item = T;
    type Chunk = vec::IntoIter<T>;

    fn take(&mut self, _n: usize) -> Option<vec::IntoIter<T>> {
        let chunk = self.chunks.pop_front()?;
        self.items -= chunk.len();
        Some(chunk.into_iter())
    }

    fn ready(&self) -> usize {
        self.items
    }

    fn take_rest(&mut self) -> Self {
        Self { chunks: std::mem::take(&mut self.chunks), items: std::mem::take(&mut self.items) }
    }
}

/// Another source with the position of each item, as `enumerate` gives it.
#[derive(Debug)]
pub struct Enumerated<S> {
    source: S,
    position: usize,
}

impl<S: Source> Enumerated<S> {
    /// Counts from `position`.
    pub fn new(source: S, position: usize) -> Self {
        Self { source, position }
    }

    /// What is left, and the position of its first item.
    pub(crate) fn into_parts(self) -> (S, usize) {
        (self.source, self.position)
    }
}

impl<S: Source> Source for Enumerated<S> {
    type Item = (usize, S::Item);
    type Chunk = std::iter::Zip<Range<usize>, S::Chunk>;

    fn take(&mut self, n: usize) -> Option<Self::Chunk> {
        let chunk = self.source.take(n)?;
        let first = self.position;
        self.position += chunk.len();
        Some((first..self.position).zip(chunk))
    }

    fn ready(&self) -> usize {
        self.source.ready()
    }

    fn take_rest(&mut self) -> Self {
        Self { source: self.source.take_rest(), position: self.position }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulled_iterator_is_not_asked_again_after_its_end() {
        let mut asked = 0;
        let mut input = Pulled::new(std::iter::from_fn(|| {
            asked += 1;
            assert!(asked <= 3, "asked after the end");
            (asked <= 2).then_some(asked)
        }));
        let mut items = Vec::new();
        input.pull(5, &mut items);
        assert!(input.is_drained());
        input.pull(5, &mut items);
        assert_eq!(items, [1, 2]);
    }
}
