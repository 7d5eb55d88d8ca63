//! For how long a loop does without workers after they did not pay.

use super::durations::nanos;
use crate::sync::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// It does for so many times what the trial lost; at first, and at most (doubled each time that they do not pay, halved each
/// time that they do). So trials never lose more than a twentieth of the time, and soon much less.
const TIMES: (u32, u32) = (20, 640);

/// A trial counts as having lost so much of its time at least.
const LEAST: u32 = 100;

/// Plain calls that are still to come, in time.
#[derive(Debug)]
pub(super) struct Rest {
    nanos: AtomicU64,
    times: AtomicU32,
}

impl Rest {
    pub(super) const fn new() -> Self {
        Self { nanos: AtomicU64::new(0), times: AtomicU32::new(TIMES.0) }
    }

    // Relaxed, here and below: a prediction orders nothing.

    /// Workers did not pay in calls that `took` so long, and `lost` so much of it.
    pub(super) fn begin(&self, took: Duration, lost: Duration) {
        let times = self.times.load(Ordering::Relaxed);
        self.nanos.store(nanos(times * lost.max(took / LEAST)), Ordering::Relaxed);
        self.times.store((times * 2).min(TIMES.1), Ordering::Relaxed);
    }

    /// They did.
    pub(super) fn has_paid(&self) {
        let times = self.times.load(Ordering::Relaxed);
        self.times.store((times / 2).max(TIMES.0), Ordering::Relaxed);
    }

    /// Whether it goes on, if the plain call that runs took so long.
    pub(super) fn is_on(&self, so_far: Duration) -> bool {
        self.nanos.load(Ordering::Relaxed) > nanos(so_far)
    }

    /// There was no reason for it.
    pub(super) fn end(&self) {
        self.nanos.store(0, Ordering::Relaxed);
    }

    /// A call was plain, and took so long.
    pub(super) fn was_plain(&self, took: Duration) {
        let left = self.nanos.load(Ordering::Relaxed).saturating_sub(nanos(took));
        self.nanos.store(left, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// How many plain calls of a millisecond follow.
    fn n_plain(rest: &Rest) -> usize {
        let one = || {
            let is_on = rest.is_on(Duration::ZERO);
            rest.was_plain(MS);
            is_on
        };
        std::iter::repeat_with(one).take_while(|is_on| *is_on).count()
    }

    #[test]
    fn it_takes_as_long_as_the_loss_is_large() {
        let rest = Rest::new();
        assert_eq!(n_plain(&rest), 0);
        rest.begin(10 * MS, 2 * MS);
        assert_eq!(n_plain(&rest), 40);
    }

    #[test]
    fn one_that_follows_another_is_longer_up_to_a_bound() {
        let rest = Rest::new();
        for n in [20, 40, 80, 160, 320, 640, 640] {
            rest.begin(MS, MS);
            assert_eq!(n_plain(&rest), n);
        }
        rest.has_paid();
        rest.begin(MS, MS);
        assert_eq!(n_plain(&rest), 320);
        (0..10).for_each(|_| rest.has_paid());
        rest.begin(MS, MS);
        assert_eq!(n_plain(&rest), 20);
    }

    #[test]
    fn workers_who_are_of_no_use_are_not_asked_again_and_again() {
        let rest = Rest::new();
        rest.begin(MS, Duration::ZERO);
        assert_eq!(n_plain(&rest), 1);
        (0..10).for_each(|_| rest.begin(MS, Duration::ZERO));
        assert_eq!(n_plain(&rest), 7);
    }
}
