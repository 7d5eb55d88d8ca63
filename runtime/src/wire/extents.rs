//! Who has which part of a file: parts are taken and given back in any order.

use std::collections::BTreeMap;
use std::ops::Range;

/// Parts begin at multiples of this, so that the memory of one that is free can be given back whole.
const PAGE: u64 = 4096;

/// A copy between two places that differ in how far they are into a cache line takes up to three times as long.
const LINE: usize = 64;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Extents {
    /// Where free parts begin and end. No two of them touch.
    free: BTreeMap<u64, u64>,
    /// Everything beyond is free, too, and has never been used.
    end: u64,
    in_use: u64,
    /// Whether a free part may have memory.
    is_kept: bool,
}

impl Extents {
    /// Takes a part for these bytes, and tells the place for them in it: as far into a cache line as they are in memory, which
    /// is as far as allocators put what is large, at the other end too.
    pub(crate) fn take_for(&mut self, bytes: &[u8]) -> (Range<u64>, u64) {
        let part = self.take(bytes.len() + LINE);
        let place = part.start + (bytes.as_ptr().addr() % LINE) as u64;
        (part, place)
    }

    /// Takes a part of at least so many bytes: the first that is large enough, as that has memory already.
    fn take(&mut self, len: usize) -> Range<u64> {
        let len = (len as u64).next_multiple_of(PAGE);
        let found = self.free.iter().find(|&(start, end)| end - start >= len || *end == self.end);
        let (start, end) = found.map_or((self.end, self.end), |(start, end)| (*start, *end));
        self.free.remove(&start);
        if end - start > len {
            self.free.insert(start + len, end);
        }
        self.end = self.end.max(start + len);
        self.in_use += len;
        start..start + len
    }

    /// Gives back what [`take`](Self::take) gave.
    pub(crate) fn give_back(&mut self, part: Range<u64>) {
        self.in_use -= part.end - part.start;
        self.is_kept = true;
        let before = self.free.range(..part.start).next_back().filter(|(_, end)| **end == part.start);
        let start = before.map_or(part.start, |(start, _)| *start);
        let end = self.free.remove(&part.end).unwrap_or(part.end);
        self.free.insert(start, end);
    }

    /// How many bytes are in use.
    pub(crate) fn in_use(&self) -> u64 {
        self.in_use
    }

    /// Whether memory is kept that nobody uses.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The free parts: whoever asks gives back their memory.
    pub(crate) fn spare(&mut self) -> Vec<Range<u64>> {
        self.is_kept = false;
        self.free.iter().map(|(start, end)| *start..*end).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_is_used_again_and_grows_at_the_end() {
        let mut extents = Extents::default();
        let (a, b) = (extents.take(5000), extents.take(1));
        assert_eq!((a.clone(), b.clone()), (0..8192, 8192..12288));
        extents.give_back(a.clone());
        assert_eq!(extents.take(8192), a);
        extents.give_back(b);
        // The free end is too small and grows, rather than stay as a hole.
        assert_eq!(extents.take(10_000), 8192..20480);
        assert_eq!(extents.in_use(), 20480);
    }

    #[test]
    fn what_is_spare_is_told_once() {
        let mut extents = Extents::default();
        let part = extents.take(1);
        assert!(!extents.is_kept());
        extents.give_back(part.clone());
        assert!(extents.is_kept());
        assert_eq!(extents.spare(), [part]);
        assert!(!extents.is_kept());
    }

    proptest! {
        #[test]
        fn parts_in_use_never_overlap_and_all_come_back(steps in prop::collection::vec((1_usize..40_000, any::<prop::sample::Index>()), 1..100)) {
            let mut extents = Extents::default();
            let mut taken: Vec<Range<u64>> = Vec::new();
            for (len, index) in steps {
                if len % 3 == 0 && !taken.is_empty() {
                    extents.give_back(taken.swap_remove(index.index(taken.len())));
                    continue;
                }
                let part = extents.take(len);
                prop_assert!(part.end - part.start >= len as u64);
                prop_assert!(taken.iter().all(|other| other.end <= part.start || part.end <= other.start));
                taken.push(part);
                prop_assert_eq!(extents.in_use(), taken.iter().map(|part| part.end - part.start).sum::<u64>());
            }
            taken.into_iter().for_each(|part| extents.give_back(part));
            prop_assert_eq!(extents.in_use(), 0);
            prop_assert!(extents.spare().len() <= 1, "all free parts are one");
        }
    }
}
