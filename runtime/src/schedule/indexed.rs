//! Sources of the standard library that are split without looking at their items: slices, vectors, arrays, ranges.

use super::source::{Source, Splittable};
use super::strips::Rationed;
use std::ops::{Range, RangeInclusive};
use std::{array, slice, vec};

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

integer_ranges!(u8 u16 u32 usize i8 i16 i32 isize);
// Elsewhere they may have more values than `usize` counts, and are pulled.
#[cfg(target_pointer_width = "64")]
integer_ranges!(u64 i64);

/// The length of a range. One with more than `usize::MAX` values (which nobody will reach the end of
/// within a lifetime) is cut there.
fn length((lower, upper): (usize, Option<usize>)) -> usize {
    upper.unwrap_or(lower)
}

#[cfg(test)]
mod tests {
    use super::super::source::Enumerated;
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
}
