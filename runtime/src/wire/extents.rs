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
    /// Where free parts begin. No two of them touch.
    free: BTreeMap<u64, Free>,
    /// Everything beyond is free, too, and has never been used.
    end: u64,
    in_use: u64,
    /// Whether something free has memory.
    is_kept: bool,
}

#[derive(Clone, Copy, Debug)]
struct Free {
    end: u64,
    /// All of it.
    has_memory: bool,
}

impl Extents {
    /// Takes a part for these bytes, and tells the place for them in it: as far into a cache line as they are in memory, which
    /// is as far as allocators put what is large, at the other end too. Tells also whether the part has memory.
    pub(crate) fn take_for(&mut self, bytes: &[u8]) -> (Range<u64>, u64, bool) {
        let into_line = bytes.as_ptr().addr() % LINE;
        // Its bytes lie on each of its pages, so that all of it has memory once they are written.
        let (part, has_memory) = self.take(into_line + bytes.len());
        let place = part.start + into_line as u64;
        (part, place, has_memory)
    }

    /// Takes a part of at least so many bytes: the first that is large enough.
    fn take(&mut self, len: usize) -> (Range<u64>, bool) {
        let len = (len as u64).next_multiple_of(PAGE);
        let found = self.free.iter().find(|&(start, free)| free.end - start >= len || free.end == self.end);
        let (start, free) =
            found.map_or((self.end, Free { end: self.end, has_memory: false }), |(s, free)| (*s, *free));
        self.free.remove(&start);
        let end = start + len;
        if free.end > end {
            self.free.insert(end, free);
        }
        self.end = self.end.max(end);
        self.in_use += len;
        (start..end, free.has_memory && free.end >= end)
    }

    /// Gives back what was taken.
    pub(crate) fn give_back(&mut self, part: Range<u64>, has_memory: bool) {
        self.in_use -= part.end - part.start;
        self.is_kept = true;
        let (mut start, mut free) = (part.start, Free { end: part.end, has_memory });
        if let Some((before, other)) = self.free.range(..start).next_back().filter(|(_, free)| free.end == start) {
            start = *before;
            free.has_memory &= other.has_memory;
        }
        if let Some(behind) = self.free.remove(&free.end) {
            free = Free { end: behind.end, has_memory: free.has_memory && behind.has_memory };
        }
        self.free.insert(start, free);
    }

    /// How many bytes are in use.
    pub(crate) fn in_use(&self) -> u64 {
        self.in_use
    }

    /// Whether something free may have memory.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// The free parts, which have no memory from now on: whoever asks gives it back.
    pub(crate) fn spare(&mut self) -> Vec<Range<u64>> {
        self.is_kept = false;
        let parts = self.free.iter_mut().map(|(start, free)| {
            free.has_memory = false;
            *start..free.end
        });
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_is_used_again_and_grows_at_the_end() {
        let mut extents = Extents::default();
        let ((a, _), (b, _)) = (extents.take(5000), extents.take(1));
        assert_eq!((a.clone(), b.clone()), (0..8192, 8192..12288));
        extents.give_back(a.clone(), true);
        assert_eq!(extents.take(8192), (a, true));
        extents.give_back(b, true);
        // The free end is too small and grows, rather than stay as a hole.
        assert_eq!(extents.take(10_000), (8192..20480, false));
        assert_eq!(extents.in_use(), 20480);
    }

    #[test]
    fn memory_is_known_to_be_there_only_if_all_of_it_is() {
        let mut extents = Extents::default();
        let ((a, _), (b, _), (c, _)) = (extents.take(1), extents.take(1), extents.take(1));
        extents.give_back(a, true);
        extents.give_back(c, false);
        assert_eq!(extents.take(1), (0..4096, true));
        extents.give_back(0..4096, true);
        extents.give_back(b, true);
        assert_eq!(extents.take(1), (0..4096, false), "a part of one that was not written everywhere");
        extents.give_back(0..4096, true);
        assert!(extents.is_kept());
        let spare = extents.spare();
        assert!(spare.len() == 1 && spare[0] == (0..12288), "{spare:?}");
        assert!(!extents.is_kept() && !extents.take(1).1);
    }

    #[test]
    fn a_run_is_as_far_into_a_cache_line_as_its_bytes() {
        let mut extents = Extents::default();
        let bytes = vec![0; 3 * 4096];
        for skipped in 0..70 {
            let run = &bytes[skipped..];
            let (part, place, _) = extents.take_for(run);
            assert_eq!(place % 64, run.as_ptr().addr() as u64 % 64);
            assert!(part.start <= place && place + run.len() as u64 <= part.end);
            assert!(place < part.start + 4096 && place + run.len() as u64 > part.end - 4096, "bytes on each page");
        }
    }

    proptest! {
        #[test]
        fn parts_in_use_never_overlap_and_all_come_back(
            steps in prop::collection::vec((1_usize..40_000, any::<prop::sample::Index>()), 1..100),
        ) {
            let mut extents = Extents::default();
            let mut taken: Vec<Range<u64>> = Vec::new();
            for (len, index) in steps {
                if len % 3 == 0 && !taken.is_empty() {
                    extents.give_back(taken.swap_remove(index.index(taken.len())), true);
                    continue;
                }
                let (part, _) = extents.take(len);
                prop_assert!(part.end - part.start >= len as u64);
                prop_assert!(taken.iter().all(|other| other.end <= part.start || part.end <= other.start));
                taken.push(part);
                prop_assert_eq!(extents.in_use(), taken.iter().map(|part| part.end - part.start).sum::<u64>());
            }
            taken.into_iter().for_each(|part| extents.give_back(part, true));
            prop_assert_eq!(extents.in_use(), 0);
            prop_assert!(extents.spare().len() <= 1, "all free parts are one");
        }
    }
}
