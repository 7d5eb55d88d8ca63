//! How many inputs of a map are handed over together, and how many such chunks go ahead: by the pace of the results.

use std::time::{Duration, Instant};

/// What a chunk should take: long enough that the way to another process and back (tens of microseconds) does not show, short
/// enough that the last chunks keep nobody waiting.
const TARGET: Duration = Duration::from_millis(10);

/// From here on larger chunks save nothing that can be seen, and touch more memory.
const LARGEST: usize = 1024;

/// A measurement changes the size by this factor at most: one slow or fast chunk is not a trend.
const DAMPING: usize = 4;

/// What is measured takes at least so long: several answers travel together, up to 100 µs apart from their ends.
const SPAN: Duration = Duration::from_micros(200);

/// Results for which nobody waited so long were there before.
const WAITED: Duration = Duration::from_micros(2);

/// Of so many measurements, the fastest counts: whatever else the machine does only adds time.
const MEMORY: usize = 4;

/// How much work each worker should have ahead, in time, ...
const AHEAD: Duration = Duration::from_millis(2);

/// ... and in chunks.
const FEWEST: usize = 4;
const MOST: usize = 64;

/// The size of chunks and how many of them go ahead, fixed or by the pace of what came back.
///
/// All errors are on the side of small chunks: idle workers, a slow source and the way there and back count as if the work
/// took that time.
#[derive(Debug)]
pub(crate) struct Pace {
    n_workers: usize,
    size: usize,
    n_ahead: usize,
    adapts_size: bool,
    adapts_ahead: bool,
    /// When the current measurement began, at a moment when no result was there, and how many were taken since. None before the
    /// first result.
    measuring: Option<(Instant, usize)>,
    /// Nanoseconds of one worker for one input: the last measurements, the oldest first.
    measured: Vec<u64>,
}

impl Pace {
    /// Chunks of one, and four of them ahead for each worker.
    pub(crate) fn fixed(n_workers: usize) -> Self {
        let n_ahead = n_workers.saturating_mul(FEWEST);
        Self {
            n_workers,
            size: 1,
            n_ahead,
            adapts_size: false,
            adapts_ahead: false,
            measuring: None,
            measured: Vec::new(),
        }
    }

    /// Begins with chunks of one, and four of them ahead for each worker.
    pub(crate) fn adaptive(n_workers: usize) -> Self {
        Self { adapts_size: true, adapts_ahead: true, ..Self::fixed(n_workers) }
    }

    /// From now on chunks have the size that the user wants.
    pub(crate) fn fix_size(&mut self, size: usize) {
        self.size = size;
        self.adapts_size = false;
    }

    /// The size of the next chunk. An adaptive one leaves work for every worker, where it is known how much `remaining` there
    /// is, and within the user's `window`.
    pub(crate) fn size(&self, remaining: Option<usize>, window: Option<usize>) -> usize {
        if !self.adapts_size {
            return self.size;
        }
        let share = |of: Option<usize>, parts: usize| {
            of.map_or(usize::MAX, |of| of / self.n_workers.saturating_mul(parts).max(1))
        };
        self.size.min(share(remaining, 4)).min(share(window, 2)).max(1)
    }

    /// How many chunks of all workers go ahead, where the user has set no bound.
    pub(crate) fn n_ahead(&self) -> usize {
        self.n_ahead
    }

    /// Learns that the results of `items` inputs, asked for at the one time, were there at the other.
    pub(crate) fn observe(&mut self, items: usize, asked: Instant, there: Instant) {
        if !self.adapts_ahead {
            return;
        }
        let has_waited = there.saturating_duration_since(asked) >= WAITED;
        let Some((began, n_items)) = &mut self.measuring else {
            // From the first result on: before it, workers had to be started.
            self.measuring = has_waited.then_some((there, 0));
            return;
        };
        *n_items += items;
        let span = there.saturating_duration_since(*began);
        if span >= SPAN {
            // Of what was done since then, some may not have been taken yet: at least so much was done.
            let nanos = span.as_nanos().saturating_mul(self.n_workers as u128) / *n_items as u128;
            if has_waited {
                self.measuring = Some((there, 0));
            }
            self.learn(nanos.clamp(1, u128::from(u64::MAX)) as u64);
        }
    }

    fn learn(&mut self, nanos: u64) {
        if self.measured.len() == MEMORY {
            self.measured.remove(0);
        }
        self.measured.push(nanos);
        let nanos = self.measured.iter().copied().min().map_or(u128::MAX, u128::from);
        if self.adapts_size {
            let ideal = (TARGET.as_nanos() / nanos).min(LARGEST as u128) as usize;
            self.size = ideal.clamp((self.size / DAMPING).max(1), self.size * DAMPING);
        }
        let of_chunk = nanos.saturating_mul(self.size as u128);
        let of_one = (AHEAD.as_nanos() / of_chunk).clamp(FEWEST as u128, MOST as u128) as usize;
        self.n_ahead = self.n_workers.saturating_mul(of_one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets two workers that take `micros` for an input, and 40 µs for the way there and back, bring so many chunks.
    fn run(pace: &mut Pace, micros: f64, n_chunks: usize) {
        let mut now = Instant::now();
        for _ in 0..n_chunks {
            let size = pace.size(None, None);
            let asked = now;
            now += Duration::from_nanos(((micros * size as f64 + 40.0) * 1e3 / 2.0) as u64);
            pace.observe(size, asked, now);
        }
    }

    #[test]
    fn short_work_is_handed_over_in_large_chunks() {
        let mut pace = Pace::adaptive(2);
        assert_eq!(pace.size(None, None), 1);
        run(&mut pace, 0.3, 300);
        assert_eq!(pace.size(None, None), LARGEST);
    }

    #[test]
    fn chunks_take_about_the_target_time() {
        let mut pace = Pace::adaptive(2);
        run(&mut pace, 100.0, 100);
        assert!((50..=100).contains(&pace.size(None, None)), "{pace:?}");
    }

    #[test]
    fn long_work_stays_in_chunks_of_one() {
        let mut pace = Pace::adaptive(2);
        run(&mut pace, 20_000.0, 50);
        assert_eq!((pace.size(None, None), pace.n_ahead()), (1, 8));
    }

    #[test]
    fn one_measurement_changes_the_size_by_a_bounded_factor() {
        let mut pace = Pace::adaptive(2);
        run(&mut pace, 100.0, 100);
        let before = pace.size(None, None);
        let now = Instant::now();
        pace.observe(1_000_000, now, now + Duration::from_secs(1));
        assert!(pace.size(None, None) <= before * DAMPING);
    }

    #[test]
    fn a_slow_moment_is_not_a_trend() {
        let mut pace = Pace::adaptive(2);
        run(&mut pace, 100.0, 100);
        let before = pace.size(None, None);
        let (began, _) = pace.measuring.unwrap();
        pace.observe(1, began, began + Duration::from_secs(1));
        assert_eq!(pace.size(None, None), before);
    }

    #[test]
    fn results_that_were_there_tell_nothing() {
        let mut pace = Pace::adaptive(2);
        let mut now = Instant::now();
        for _ in 0..1000 {
            now += Duration::from_micros(100);
            pace.observe(1, now, now);
        }
        assert!(pace.measured.is_empty());
    }

    #[test]
    fn who_never_waits_again_does_not_stay_with_small_chunks() {
        let mut pace = Pace::adaptive(2);
        let began = Instant::now();
        pace.observe(1, began, began + Duration::from_millis(1));
        let mut now = began + Duration::from_millis(1);
        for _ in 0..1000 {
            now += Duration::from_micros(100);
            pace.observe(pace.size(None, None), now, now);
        }
        assert!(pace.size(None, None) >= 50, "{pace:?}");
    }

    #[test]
    fn every_worker_keeps_something_to_do() {
        let mut pace = Pace::adaptive(2);
        run(&mut pace, 0.3, 300);
        assert_eq!(pace.size(Some(800), None), 100);
        assert_eq!(pace.size(Some(3), None), 1);
        assert_eq!(pace.size(None, Some(16)), 4);
    }

    #[test]
    fn a_given_size_is_obeyed_exactly_and_short_chunks_go_further_ahead() {
        let mut pace = Pace::adaptive(2);
        pace.fix_size(7);
        run(&mut pace, 1.0, 300);
        assert_eq!(pace.size(Some(3), Some(2)), 7);
        assert!(pace.n_ahead() > 8, "{pace:?}");
    }

    #[test]
    fn without_adapting_nothing_changes() {
        let mut pace = Pace::fixed(2);
        run(&mut pace, 0.3, 300);
        assert_eq!((pace.size(None, None), pace.n_ahead()), (1, 8));
    }
}
