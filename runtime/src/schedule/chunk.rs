//! How many consecutive iterations are handed over together.

use super::durations::n_items;
use std::time::Duration;

/// What one chunk should take: long enough that handing it over (about a microsecond) does not show,
/// short enough that the last chunk of a loop keeps nobody waiting.
pub(crate) const TARGET: Duration = Duration::from_micros(100);
/// The results of an adaptive chunk take no more bytes than this, so that they are still in a cache when the in-order
/// part comes to them, and few at a time.
const MOST_BYTES: usize = 1 << 17;
/// Chunks of iterations that take less than this are run without looking up.
const BRISK: Duration = Duration::from_nanos(800);
/// What the first chunk should take, where it is known what iterations take.
const FIRST: Duration = Duration::from_micros(25);
/// Towards the end of a loop, chunks become smaller down to this, or to one iteration: a few times what handing one over takes.
const SHORTEST: Duration = Duration::from_micros(2);
/// A measurement may change the size by this factor at most: one slow or fast chunk is not a trend.
const DAMPING: usize = 4;

/// The size of the next chunk: fixed by the user, or steered towards [`TARGET`].
#[derive(Debug)]
pub(crate) struct ChunkSize {
    fixed: Option<usize>,
    current: usize,
    largest: usize,
    /// So many items take [`SHORTEST`], as far as one knows.
    shortest: usize,
    /// The last chunk had such iterations, and took less than twice the target time; or the first will, as far as one knows.
    is_brisk: bool,
}

impl ChunkSize {
    /// `fixed` is the user's `chunksize`; `window` the user's `buffersize`; adaptive chunks are kept so
    /// small that each of the `workers` can have two of them within the window. The result of an iteration has
    /// `n_bytes`, and an iteration is expected to take so many picoseconds.
    pub(crate) fn new(
        fixed: Option<usize>,
        window: Option<usize>,
        workers: usize,
        n_bytes: usize,
        picos: Option<u64>,
    ) -> Self {
        let largest = (MOST_BYTES.checked_div(n_bytes).unwrap_or(usize::MAX)).max(1);
        let largest = window.map_or(largest, |window| (window / (2 * workers.max(1))).clamp(1, largest));
        let taking = |time| picos.map_or(1, |picos| n_items(time, picos.max(1)).max(1));
        let current = taking(FIRST).min(largest);
        let is_brisk = fixed.is_none() && picos.is_some_and(|picos| u128::from(picos) < BRISK.as_nanos() * 1000);
        Self { fixed, current, largest, shortest: taking(SHORTEST), is_brisk }
    }

    /// The next size, at least 1. Towards the end of a source of known length (`remaining`) adaptive
    /// chunks shrink, so that all `workers` finish at about the same time: to two thirds of the share that each of them would have.
    pub(crate) fn next(&self, remaining: Option<usize>, workers: usize) -> usize {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let fair_share = remaining.map_or(usize::MAX, |remaining| remaining.saturating_mul(2) / (3 * workers.max(1)));
        self.current.min(fair_share.max(self.shortest)).max(1)
    }

    /// Whether a chunk is over so soon that nobody needs to stop it.
    pub(crate) fn is_brisk(&self) -> bool {
        self.is_brisk
    }

    /// Learns that `items` iterations took `elapsed`.
    pub(crate) fn observe(&mut self, items: usize, elapsed: Duration) {
        if items == 0 {
            return;
        }
        let is_short = elapsed.as_nanos() < BRISK.as_nanos() * items as u128;
        self.is_brisk = is_short && elapsed < 2 * TARGET;
        let damped = |before: usize, time: Duration| {
            let ideal = items as u128 * time.as_nanos() / elapsed.as_nanos().max(1);
            let (lowest, highest) = ((before / DAMPING).max(1), before.saturating_mul(DAMPING));
            ideal.clamp(lowest as u128, highest as u128) as usize
        };
        self.current = damped(self.current, TARGET).min(self.largest);
        self.shortest = damped(self.shortest, SHORTEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_size_is_obeyed_exactly() {
        let mut size = ChunkSize::new(Some(7), None, 2, 8, None);
        size.observe(7, Duration::from_secs(1));
        assert_eq!(size.next(Some(3), 2), 7);
    }

    #[test]
    fn long_iterations_are_handed_over_one_by_one() {
        let mut size = ChunkSize::new(None, None, 2, 8, None);
        for _ in 0..8 {
            size.observe(size.next(None, 2), Duration::from_millis(5));
        }
        assert_eq!(size.next(None, 2), 1);
    }

    #[test]
    fn short_iterations_reach_the_target_time_in_a_few_steps() {
        let mut size = ChunkSize::new(None, None, 2, 8, None);
        for _ in 0..8 {
            let items = size.next(None, 2);
            size.observe(items, Duration::from_micros(items as u64));
        }
        assert_eq!(size.next(None, 2), 100);
    }

    #[test]
    fn one_outlier_changes_the_size_by_a_bounded_factor() {
        let mut size = ChunkSize::new(None, None, 2, 8, None);
        for _ in 0..8 {
            let items = size.next(None, 2);
            size.observe(items, Duration::from_micros(items as u64));
        }
        size.observe(100, Duration::from_secs(10));
        assert_eq!(size.next(None, 2), 25);
    }

    #[test]
    fn the_last_chunks_are_small() {
        let mut size = ChunkSize::new(None, None, 2, 8, None);
        for _ in 0..8 {
            let items = size.next(None, 2);
            size.observe(items, Duration::from_micros(items as u64));
        }
        assert_eq!(size.next(Some(40), 2), 13);
        assert_eq!(size.next(Some(3), 2), 2, "two microseconds");
        assert_eq!(size.next(Some(usize::MAX), 2), 100);
    }

    #[test]
    fn the_last_chunks_of_short_iterations_are_worth_handing_over() {
        let mut size = ChunkSize::new(None, None, 2, 8, Some(100_000));
        assert_eq!((size.next(Some(100), 2), size.next(Some(12), 2)), (33, 20));
        size.observe(25, Duration::from_micros(5));
        assert_eq!(size.next(Some(12), 2), 10);
    }

    #[test]
    fn known_iterations_begin_with_the_right_size() {
        assert_eq!(ChunkSize::new(None, None, 2, 8, Some(1_000_000)).next(None, 2), 25);
        assert_eq!(ChunkSize::new(None, None, 2, 8, Some(1_000_000_000)).next(None, 2), 1);
    }

    #[test]
    fn only_chunks_of_short_iterations_are_brisk() {
        let is_brisk = |fixed, picos| ChunkSize::new(fixed, None, 2, 8, picos).is_brisk();
        assert!(is_brisk(None, Some(1_000)));
        for (fixed, picos) in [(None, None), (None, Some(1_000_000)), (Some(1_000), Some(1_000))] {
            assert!(!is_brisk(fixed, picos), "{fixed:?} {picos:?}");
        }
        let mut size = ChunkSize::new(None, None, 2, 8, Some(1_000));
        for (items, elapsed, is_brisk) in
            [(10, 10 * BRISK, false), (10, 9 * BRISK, true), (1_000, 2 * TARGET, false), (1_000, TARGET, true)]
        {
            size.observe(items, elapsed);
            assert_eq!(size.is_brisk(), is_brisk, "{items} items, {elapsed:?}");
        }
    }

    #[test]
    fn large_results_are_few_at_a_time() {
        assert_eq!(ChunkSize::new(None, None, 2, MOST_BYTES / 3, Some(1)).next(None, 2), 3);
        assert_eq!(ChunkSize::new(None, None, 2, usize::MAX, Some(1)).next(None, 2), 1);
    }

    #[test]
    fn adaptive_chunks_leave_room_in_the_window_for_every_worker() {
        let mut size = ChunkSize::new(None, Some(16), 4, 8, None);
        for _ in 0..8 {
            size.observe(size.next(None, 4), Duration::from_nanos(1));
        }
        assert_eq!(size.next(None, 4), 2);
    }
}
