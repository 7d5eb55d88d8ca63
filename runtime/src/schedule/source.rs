//! What a loop iterates over, as the scheduler sees it: something from whose front chunks are taken.
//!
//! Ranges, slices and vectors are split where a chunk is needed ([`Split`]). Any other iterator is
//! pulled on the calling thread, a chunk at a time, into a backlog from which workers take ([`Pulled`]).

use super::strips::Rationed;
use std::collections::VecDeque;
use std::ops::{Range, RangeInclusive};
use std::{array, slice, vec};

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

    fn open(&mut self) -> Backlog<I::Item> {
        Backlog { chunks: VecDeque::new(), items: 0 }
    }

    fn is_drained(&self) -> bool {
        self.iter.is_none()
    }

    fn pull(&mut self, n: usize, items: &mut Vec<I::Item>) {
        // Taken out first: an iterator that panics is not asked again either.
        let Some(mut iter) = self.iter.take() else { return };
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

/// A shared slice, from the front.
#[derive(Debug)]
pub struct Slice<'a, T>(&'a [T]);

impl<'a, T> Source for Slice<'a, T> {
    type Item = &'a T;
    type Chunk = slice::Iter<'a, T>;

    fn take(&mut self, n: usize) -> Option<slice::Iter<'a, T>> {
        let (front, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        (!front.is_empty()).then(|| front.iter())
    }

    fn ready(&self) -> usize {
        self.0.len()
    }

    fn take_rest(&mut self) -> Self {
        Self(std::mem::take(&mut self.0))
    }
}

impl<'a, T: Sync> Splittable for slice::Iter<'a, T> {
    type Source = Slice<'a, T>;
    type Strip = Self;

    fn into_source(self) -> Slice<'a, T> {
        Slice(self.as_slice())
    }

    fn from_source(Slice(rest): Slice<'a, T>) -> Self {
        rest.iter()
    }

    fn strip(self, n: usize) -> (Self, Option<Self>) {
        let (front, rest) = self.as_slice().split_at(n.min(self.len()));
        (front.iter(), Some(rest.iter()))
    }

    fn rest_of(_: Self) -> Option<Self> {
        None
    }
}

/// An exclusive slice, from the front.
#[derive(Debug)]
pub struct SliceMut<'a, T>(&'a mut [T]);

impl<'a, T> Source for SliceMut<'a, T> {
    type Item = &'a mut T;
    type Chunk = slice::IterMut<'a, T>;

    fn take(&mut self, n: usize) -> Option<slice::IterMut<'a, T>> {
        let whole = std::mem::take(&mut self.0);
        let (front, rest) = whole.split_at_mut(n.min(whole.len()));
        self.0 = rest;
        (!front.is_empty()).then(|| front.iter_mut())
    }

    fn ready(&self) -> usize {
        self.0.len()
    }

    fn take_rest(&mut self) -> Self {
        Self(std::mem::take(&mut self.0))
    }
}

impl<'a, T: Send> Splittable for slice::IterMut<'a, T> {
    type Source = SliceMut<'a, T>;
    type Strip = Self;

    fn into_source(self) -> SliceMut<'a, T> {
        SliceMut(self.into_slice())
    }

    fn from_source(SliceMut(rest): SliceMut<'a, T>) -> Self {
        rest.iter_mut()
    }

    fn strip(self, n: usize) -> (Self, Option<Self>) {
        let n = n.min(self.len());
        let (front, rest) = self.into_slice().split_at_mut(n);
        (front.iter_mut(), Some(rest.iter_mut()))
    }

    fn rest_of(_: Self) -> Option<Self> {
        None
    }
}

/// An iterator of the standard library that owns its items and whose `next` nobody can observe: whoever
/// needs a chunk moves it out. (Splitting the allocation instead would need `unsafe` to save one move.)
#[derive(Debug)]
pub struct Owned<I>(Option<I>);

impl<I: ExactSizeIterator> Source for Owned<I> {
    type Item = I::Item;
    type Chunk = vec::IntoIter<I::Item>;

    fn take(&mut self, n: usize) -> Option<vec::IntoIter<I::Item>> {
        let chunk: Vec<I::Item> = self.0.as_mut()?.by_ref().take(n).collect();
        (!chunk.is_empty()).then(|| chunk.into_iter())
    }

    fn ready(&self) -> usize {
        self.0.as_ref().map_or(0, ExactSizeIterator::len)
    }

    fn take_rest(&mut self) -> Self {
        Self(self.0.take())
    }
}

macro_rules! owned {
    ($iter:ty $(, const $n:ident)?) => {
        impl<T: Send $(, const $n: usize)?> Splittable for $iter {
            type Source = Owned<Self>;
            type Strip = Rationed<Self>;

            fn into_source(self) -> Owned<Self> {
                Owned(Some(self))
            }

            fn from_source(source: Owned<Self>) -> Self {
                source.0.expect("nobody else took the rest")
            }

            fn strip(self, n: usize) -> (Rationed<Self>, Option<Self>) {
                (Rationed::new(self, n), None)
            }

            fn rest_of(strip: Rationed<Self>) -> Option<Self> {
                strip.into_rest()
            }
        }
    };
}

owned!(vec::IntoIter<T>);
owned!(array::IntoIter<T, N>, const N);

/// A range of integers, as its first value and the number of values.
#[derive(Debug)]
pub struct Integers<T> {
    next: T,
    len: usize,
}

/// Consecutive integers. Unlike `Range<u64>` it knows its length on every platform.
#[derive(Debug, Clone)]
pub struct IntegerChunk<T> {
    next: T,
    len: usize,
}

macro_rules! integer_ranges {
    ($($int:ty)*) => {$(
        impl Source for Integers<$int> {
            type Item = $int;
            type Chunk = IntegerChunk<$int>;

            fn take(&mut self, n: usize) -> Option<IntegerChunk<$int>> {
                let len = n.min(self.len);
                let chunk = IntegerChunk { next: self.next, len };
                // Wraps only behind the last value of the type, which is then never used.
                self.next = self.next.wrapping_add(len as $int);
                self.len -= len;
                (len > 0).then_some(chunk)
            }

            fn ready(&self) -> usize {
                self.len
            }

            fn take_rest(&mut self) -> Self {
                Self { next: self.next, len: std::mem::take(&mut self.len) }
            }
        }

        impl Iterator for IntegerChunk<$int> {
            type Item = $int;

            #[inline]
            fn next(&mut self) -> Option<$int> {
                self.len = self.len.checked_sub(1)?;
                let value = self.next;
                self.next = self.next.wrapping_add(1);
                Some(value)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.len, Some(self.len))
            }
        }

        impl ExactSizeIterator for IntegerChunk<$int> {}

        impl Splittable for Range<$int> {
            type Source = Integers<$int>;
            type Strip = Self;

            fn into_source(self) -> Integers<$int> {
                Integers { next: self.start, len: length(self.size_hint()) }
            }

            fn from_source(Integers { next, len }: Integers<$int>) -> Self {
                next..next.wrapping_add(len as $int)
            }

            fn strip(self, n: usize) -> (Self, Option<Self>) {
                let Range { start, end } = self;
                let mid = if n < length(self.size_hint()) { start.wrapping_add(n as $int) } else { end };
                (start..mid, Some(mid..end))
            }

            fn rest_of(_: Self) -> Option<Self> {
                None
            }
        }

        impl Splittable for RangeInclusive<$int> {
            type Source = Integers<$int>;
            type Strip = IntegerChunk<$int>;

            fn into_source(self) -> Integers<$int> {
                // The bounds of an exhausted inclusive range are unspecified; its size is not.
                Integers { next: *self.start(), len: length(self.size_hint()) }
            }

            fn from_source(Integers { next, len }: Integers<$int>) -> Self {
                if len == 0 {
                    #[expect(clippy::reversed_empty_ranges, reason = "no inclusive range of equal bounds is empty")]
                    return 1..=0;
                }
                next..=next.wrapping_add((len - 1) as $int)
            }

            fn strip(self, n: usize) -> (IntegerChunk<$int>, Option<Self>) {
                let mut source = self.into_source();
                let front = source.take(n).unwrap_or(IntegerChunk { next: 0, len: 0 });
                (front, Some(Self::from_source(source)))
            }

            fn rest_of(_: IntegerChunk<$int>) -> Option<Self> {
                None
            }
        }
    )*};
}

integer_ranges!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

/// The length of a range. One with more than `usize::MAX` values (which nobody will reach the end of
/// within a lifetime) is cut there.
fn length((lower, upper): (usize, Option<usize>)) -> usize {
    upper.unwrap_or(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks<S: Source>(mut source: S, n: usize) -> Vec<Vec<S::Item>> {
        std::iter::from_fn(|| source.take(n).map(Iterator::collect)).collect()
    }

    #[test]
    fn ranges_are_cut_from_the_front() {
        assert_eq!(chunks((3..8u64).into_source(), 2), [vec![3, 4], vec![5, 6], vec![7]]);
        assert_eq!(chunks((-2..=1i8).into_source(), 3), [vec![-2, -1, 0], vec![1]]);
        #[expect(clippy::reversed_empty_ranges, reason = "an empty range is the point")]
        let empty = (5..2i32).into_source();
        assert!(chunks(empty, 2).is_empty());
    }

    #[test]
    fn the_last_value_of_a_type_is_reached_and_not_passed() {
        assert_eq!(chunks((253..=u8::MAX).into_source(), 2), [vec![253, 254], vec![255]]);
        assert_eq!(chunks((i8::MIN..=i8::MAX).into_source(), 300), [(i8::MIN..=i8::MAX).collect::<Vec<_>>()]);
    }

    #[test]
    fn a_partly_used_iterator_goes_on_where_it_stands() {
        let mut iter = [1, 2, 3, 4].iter();
        iter.next();
        assert_eq!(chunks(iter.into_source(), 2), [vec![&2, &3], vec![&4]]);
        let mut inclusive = 0..=2u8;
        assert_eq!(inclusive.by_ref().count(), 3);
        assert!(chunks(inclusive.into_source(), 2).is_empty());
    }

    #[test]
    fn enumeration_counts_across_chunks() {
        let source = Enumerated::new(vec!["a", "b", "c"].into_iter().into_source(), 0);
        assert_eq!(chunks(source, 2), [vec![(0, "a"), (1, "b")], vec![(2, "c")]]);
    }

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
