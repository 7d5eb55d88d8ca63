//! What a loop iterates over, as the plain loop sees it: strips of it, one after the other, until the rest is shared
//! with workers.
//!
//! A strip of a range or a slice is a range or a slice, so that the plain loop over it is compiled as the loop over the
//! whole would be. Where an iterator cannot be cut, the strip is the iterator itself, which counts its items
//! ([`Rationed`]).

use super::source::{Enumerated, Input, Pulled, Split, Splittable};

/// What the loop iterates over, or the rest of it. (The methods are inlined, always: by its address, all of it would be in
/// memory, and be written there by each call of a short loop.)
pub trait Strips: Sized {
    /// What the loop's pattern is matched against.
    type Item;
    /// Some of the items, for a plain loop.
    type Strip: Iterator<Item = Self::Item>;
    /// The rest, for workers.
    type Input: Input<Item = Self::Item>;

    /// How many items are left, at least and at most, as far as one may believe it.
    fn left(&self) -> (usize, Option<usize>);

    /// Whether the loop has come to its end.
    fn is_over(&self) -> bool;

    /// The next `n` items or all that are left; `usize::MAX` for all.
    fn strip(&mut self, n: usize) -> Self::Strip;

    /// Takes back what is left of a strip which has ended.
    fn put_back(&mut self, strip: Self::Strip);

    /// Moves the rest to where workers take it from; called while there is one.
    fn take_input(&mut self) -> Self::Input;

    /// Takes back what workers have left.
    fn put_back_input(&mut self, input: Self::Input);
}

/// `for x in iter`, where `iter` can be split.
#[derive(Debug)]
pub struct Indexed<I> {
    rest: Option<I>,
}

impl<I: Splittable> Indexed<I> {
    /// Nothing has been run yet.
    pub fn new(iter: I) -> Self {
        Self { rest: Some(iter) }
    }
}

/// Some items of [`Indexed`].
#[derive(Debug)]
pub struct IndexedStrip<I: Splittable>(I::Strip);

impl<I: Splittable> Iterator for IndexedStrip<I> {
    /// Said in terms of `I`, which the compiler can infer later.
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}

impl<I: Splittable> Strips for Indexed<I> {
    type Item = I::Item;
    type Strip = IndexedStrip<I>;
    type Input = Split<I::Source>;

    #[inline(always)]
    fn left(&self) -> (usize, Option<usize>) {
        self.rest.as_ref().map_or((0, Some(0)), Iterator::size_hint)
    }

    #[inline(always)]
    fn is_over(&self) -> bool {
        self.left().1 == Some(0)
    }

    #[inline(always)]
    fn strip(&mut self, n: usize) -> IndexedStrip<I> {
        let (strip, rest) = self.rest.take().expect(THERE).strip(n);
        self.rest = rest;
        IndexedStrip(strip)
    }

    #[inline(always)]
    fn put_back(&mut self, IndexedStrip(strip): IndexedStrip<I>) {
        if let Some(rest) = I::rest_of(strip) {
            self.rest = Some(rest);
        }
    }

    #[inline(always)]
    fn take_input(&mut self) -> Split<I::Source> {
        Split::new(self.rest.take().expect(THERE).into_source())
    }

    #[inline(always)]
    fn put_back_input(&mut self, input: Split<I::Source>) {
        self.rest = input.into_source().map(I::from_source);
    }
}

/// `for (i, x) in iter.enumerate()`, where `iter` can be split.
#[derive(Debug)]
pub struct IndexedFrom<I> {
    rest: Option<I>,
    /// The position of the first item of the rest.
    position: usize,
}

impl<I: Splittable> IndexedFrom<I> {
    /// Nothing has been run yet.
    pub fn new(iter: I) -> Self {
        Self { rest: Some(iter), position: 0 }
    }
}

/// Some items of [`IndexedFrom`].
#[derive(Debug)]
pub struct NumberedStrip<I: Splittable> {
    strip: I::Strip,
    position: usize,
}

impl<I: Splittable> Iterator for NumberedStrip<I> {
    type Item = (usize, I::Item);

    #[inline]
    fn next(&mut self) -> Option<(usize, I::Item)> {
        let item = self.strip.next()?;
        let position = self.position;
        self.position += 1;
        Some((position, item))
    }
}

impl<I: Splittable> Strips for IndexedFrom<I> {
    type Item = (usize, I::Item);
    type Strip = NumberedStrip<I>;
    type Input = Split<Enumerated<I::Source>>;

    #[inline(always)]
    fn left(&self) -> (usize, Option<usize>) {
        self.rest.as_ref().map_or((0, Some(0)), Iterator::size_hint)
    }

    #[inline(always)]
    fn is_over(&self) -> bool {
        self.left().1 == Some(0)
    }

    #[inline(always)]
    fn strip(&mut self, n: usize) -> NumberedStrip<I> {
        let (strip, rest) = self.rest.take().expect(THERE).strip(n);
        self.rest = rest;
        NumberedStrip { strip, position: self.position }
    }

    #[inline(always)]
    fn put_back(&mut self, NumberedStrip { strip, position }: NumberedStrip<I>) {
        if let Some(rest) = I::rest_of(strip) {
            self.rest = Some(rest);
        }
        self.position = position;
    }

    #[inline(always)]
    fn take_input(&mut self) -> Split<Enumerated<I::Source>> {
        Split::new(Enumerated::new(self.rest.take().expect(THERE).into_source(), self.position))
    }

    #[inline(always)]
    fn put_back_input(&mut self, input: Split<Enumerated<I::Source>>) {
        self.rest = input.into_source().map(Enumerated::into_parts).map(|(source, position)| {
            self.position = position;
            I::from_source(source)
        });
    }
}

/// `for x in iter`, for any other iterator.
#[derive(Debug)]
pub struct Opaque<I> {
    /// Gone after its first `None`: it is never asked again.
    rest: Option<I>,
}

impl<I: Iterator> Opaque<I> {
    /// Nothing has been run yet.
    pub fn new(iter: I) -> Self {
        Self { rest: Some(iter) }
    }
}

impl<I: Iterator> Strips for Opaque<I> {
    type Item = I::Item;
    type Strip = Rationed<I>;
    type Input = Pulled<I>;

    #[inline(always)]
    fn left(&self) -> (usize, Option<usize>) {
        self.rest.as_ref().map_or((0, Some(0)), Iterator::size_hint)
    }

    #[inline(always)]
    fn is_over(&self) -> bool {
        self.rest.is_none()
    }

    #[inline(always)]
    fn strip(&mut self, n: usize) -> Rationed<I> {
        Rationed::new(self.rest.take().expect(THERE), n)
    }

    #[inline(always)]
    fn put_back(&mut self, strip: Rationed<I>) {
        self.rest = strip.into_rest();
    }

    #[inline(always)]
    fn take_input(&mut self) -> Pulled<I> {
        Pulled::new(self.rest.take().expect(THERE))
    }

    #[inline(always)]
    fn put_back_input(&mut self, input: Pulled<I>) {
        self.rest = input.into_iter();
    }
}

const THERE: &str = "nothing is taken from a loop that is over";

/// The next items of an iterator that cannot be cut.
#[derive(Debug)]
pub struct Rationed<I> {
    iter: I,
    /// One more than the items that are left of the ration, and 0 once somebody asked for one behind them. It is counted
    /// down also where there is no ration: to ask whether there is one takes longer.
    left: usize,
}

impl<I: Iterator> Rationed<I> {
    /// At most `n` items; `usize::MAX` for all, of which nobody reaches the end within a lifetime.
    #[inline]
    pub(crate) fn new(iter: I, n: usize) -> Self {
        Self { iter, left: n.saturating_add(1) }
    }

    /// The iterator, unless it ended before the ration did.
    pub(crate) fn into_rest(self) -> Option<I> {
        (self.left == 0).then_some(self.iter)
    }
}

impl<I: Iterator> Iterator for Rationed<I> {
    type Item = I::Item;

    /// The next item, or `None` at the end of the ration.
    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.left -= 1;
        if self.left == 0 {
            return None;
        }
        self.iter.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_strips<S: Strips>(mut strips: S, n: usize) -> Vec<Vec<S::Item>> {
        let mut all = Vec::new();
        while !strips.is_over() {
            let mut strip = strips.strip(n);
            all.push(strip.by_ref().collect());
            strips.put_back(strip);
        }
        all
    }

    #[test]
    fn ranges_and_slices_are_cut() {
        assert_eq!(in_strips(Indexed::new(0..5u8), 2), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(in_strips(Indexed::new(253..=u8::MAX), 2), [vec![253, 254], vec![255]]);
        assert_eq!(in_strips(Indexed::new([1, 2, 3].iter()), 2), [vec![&1, &2], vec![&3]]);
        assert_eq!(in_strips(Indexed::new(-2..3i8), usize::MAX), [vec![-2, -1, 0, 1, 2]]);
    }

    #[test]
    fn positions_go_on_across_strips() {
        let strips = IndexedFrom::new(["a", "b", "c"].iter());
        assert_eq!(in_strips(strips, 2), [vec![(0, &"a"), (1, &"b")], vec![(2, &"c")]]);
    }

    #[test]
    fn owned_items_are_counted() {
        let strips = Indexed::new(vec![1, 2, 3].into_iter());
        assert_eq!(in_strips(strips, 2), [vec![1, 2], vec![3]]);
    }

    #[test]
    fn an_iterator_is_not_asked_again_after_its_end() {
        for n in [1, 2, 3, usize::MAX] {
            let mut asked = 0;
            let iter = std::iter::from_fn(|| {
                asked += 1;
                assert!(asked <= 3, "asked after the end");
                (asked <= 2).then_some(asked)
            });
            let strips = in_strips(Opaque::new(iter), n);
            assert_eq!(strips.concat(), [1, 2], "with strips of {n}");
        }
    }

    #[test]
    fn what_workers_leave_is_run_plainly() {
        let mut strips = IndexedFrom::new(10..15u64);
        let mut input = strips.take_input();
        let mut source = input.open();
        assert!(super::super::source::Source::take(&mut source, 3).is_some());
        strips.put_back_input(input.close(&mut source));
        assert_eq!(in_strips(strips, 9), [vec![(3, 13), (4, 14)]]);
    }
}
