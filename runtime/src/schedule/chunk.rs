//! How many consecutive iterations are handed over together.

use std::time::Duration;

/// What one chunk should take: long enough that handing it over (about a microsecond) does not show,
/// short enough that the last chunk of a loop keeps nobody waiting.
const TARGET: Duration = Duration::from_micros(100);
/// No adaptive chunk is longer than this, so that values waiting for the in-order part stay few.
const LARGEST: usize = 4096;
/// A measurement may change the size by this factor at most: one slow or fast chunk is not a trend.
const DAMPING: usize = 4;

/// The size of the next chunk: fixed by the user, or steered towards [`TARGET`].
#[derive(Debug)]
pub(crate) struct ChunkSize {
    fixed: Option<usize>,
    current: usize,
    largest: usize,
}

impl ChunkSize {
    /// `fixed` is the user's `chunksize`; `window` the user's `buffersize`; adaptive chunks are kept so
    /// small that each of the `workers` can have two of them within the window.
    pub(crate) fn new(fixed: Option<usize>, window: Option<usize>, workers: usize) -> Self {
        let largest = window.map_or(LARGEST, |window| (window / (2 * workers.max(1))).clamp(1, LARGEST));
        Self { fixed, current: 1, largest }
    }

    /// The next size, at least 1. Towards the end of a source of known length (`remaining`) adaptive
    /// chunks shrink, so that all `workers` finish at about the same time.
    pub(crate) fn next(&self, remaining: Option<usize>, workers: usize) -> usize {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let fair_share = remaining.map_or(usize::MAX, |remaining| remaining / (2 * workers.max(1)));
        self.current.min(fair_share).max(1)
    }

    /// Learns that `items` iterations took `elapsed`.
    pub(crate) fn observe(&mut self, items: usize, elapsed: Duration) {
        if items == 0 {
            return;
        }
        let nanos = elapsed.as_nanos().max(1);
        let ideal = (items as u128 * TARGET.as_nanos() / nanos).min(LARGEST as u128) as usize;
        let lowest = (self.current / DAMPING).max(1);
        let highest = self.current.saturating_mul(DAMPING).min(self.largest);
        self.current = ideal.max(lowest).min(highest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_size_is_obeyed_exactly() {
        let mut size = ChunkSize::new(Some(7), None, 2);
        size.observe(7, Duration::from_secs(1));
        assert_eq!(size.next(Some(3), 2), 7);
    }

    #[test]
    fn long_iterations_are_handed_over_one_by_one() {
        let mut size = ChunkSize::new(None, None, 2);
        for _ in 0..8 {
            size.observe(size.next(None, 2), Duration::from_millis(5));
        }
        assert_eq!(size.next(None, 2), 1);
    }

    #[test]
    fn short_iterations_reach_the_target_time_in_a_few_steps() {
        let mut size = ChunkSize::new(None, None, 2);
        for _ in 0..8 {
            let items = size.next(None, 2);
            size.observe(items, Duration::from_micros(items as u64));
        }
        assert_eq!(size.next(None, 2), 100);
    }

    #[test]
    fn one_outlier_changes_the_size_by_a_bounded_factor() {
        let mut size = ChunkSize::new(None, None, 2);
        for _ in 0..8 {
            let items = size.next(None, 2);
            size.observe(items, Duration::from_micros(items as u64));
        }
        size.observe(100, Duration::from_secs(10));
        assert_eq!(size.next(None, 2), 25);
    }

    #[test]
    fn the_last_chunks_are_small() {
        let mut size = ChunkSize::new(None, None, 2);
        for _ in 0..8 {
            let items = size.next(None, 2);
            size.observe(items, Duration::from_micros(items as u64));
        }
        assert_eq!(size.next(Some(40), 2), 10);
        assert_eq!(size.next(Some(3), 2), 1);
    }

    #[test]
    fn adaptive_chunks_leave_room_in_the_window_for_every_worker() {
        let mut size = ChunkSize::new(None, Some(16), 4);
        for _ in 0..8 {
            size.observe(size.next(None, 4), Duration::from_nanos(1));
        }
        assert_eq!(size.next(None, 4), 2);
    }
}
