//! What one annotated loop measured, for its next call.

use crate::sync::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Plain work that takes less than this is not worth waking another thread for: waking one on another core costs 40 to
/// 60 µs (measured on two cores), of which the caller, which works on, loses a few.
pub(crate) const WORTH_SHARING: Duration = Duration::from_micros(100);

/// So many calls stay plain, after one in which workers did not pay, before they are tried again.
const RESTS: u32 = 64;

/// Of loops that are too short for a clock, one call in so many is timed nevertheless.
const SAMPLED: u32 = 16;

/// The memory of one annotated loop in the source, shared by all its calls.
///
/// The numbers are written independently: a mixture of two calls is as good a prediction as either.
#[derive(Debug)]
pub struct Site {
    /// Picoseconds of one iteration of the plain loop, 0 while unknown.
    item_picos: AtomicU64,
    /// Nanoseconds that the last call would have taken as the plain loop, 0 while unknown.
    total_nanos: AtomicU64,
    /// Work of up to so many nanoseconds did not become faster with workers ...
    unpaid_nanos: AtomicU64,
    /// ... and is not tried again in so many calls.
    rests: AtomicU32,
    /// Calls that were too short for a clock.
    untimed: AtomicU32,
}

impl Site {
    /// A site that was never run.
    #[expect(clippy::new_without_default, reason = "only ever written in a static by generated code")]
    pub const fn new() -> Self {
        Self {
            item_picos: AtomicU64::new(0),
            total_nanos: AtomicU64::new(0),
            unpaid_nanos: AtomicU64::new(0),
            rests: AtomicU32::new(0),
            untimed: AtomicU32::new(0),
        }
    }

    // Relaxed, here and below: a prediction orders nothing.

    /// What one iteration is expected to take, in picoseconds.
    #[inline]
    pub(crate) fn item_picos(&self) -> Option<u64> {
        let picos = self.item_picos.load(Ordering::Relaxed);
        (picos > 0).then_some(picos)
    }

    /// What the last call took.
    pub(crate) fn last_total(&self) -> Option<Duration> {
        let nanos = self.total_nanos.load(Ordering::Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// Whether this call, which is too short for a clock, is timed all the same.
    #[inline]
    pub(crate) fn samples(&self) -> bool {
        // Calls on several threads may count as one.
        let untimed = self.untimed.load(Ordering::Relaxed).wrapping_add(1);
        self.untimed.store(untimed, Ordering::Relaxed);
        untimed % SAMPLED == 0
    }

    /// Remembers what one iteration takes.
    pub(crate) fn remember_item(&self, picos: u64) {
        self.item_picos.store(picos.max(1), Ordering::Relaxed);
    }

    /// Remembers what a call took, or would have taken as the plain loop.
    pub(crate) fn remember_total(&self, total: Duration) {
        self.total_nanos.store(nanos(total).max(1), Ordering::Relaxed);
    }

    /// Whether it is worth trying to share so much plain work.
    pub(crate) fn is_worth_sharing(&self, work: Duration) -> bool {
        if work < WORTH_SHARING {
            return false;
        }
        if nanos(work) > self.unpaid_nanos.load(Ordering::Relaxed) {
            return true;
        }
        let rests = self.rests.load(Ordering::Relaxed);
        self.rests.store(rests.saturating_sub(1), Ordering::Relaxed);
        rests == 0
    }

    /// Remembers whether so much plain work became faster with workers.
    pub(crate) fn remember_sharing(&self, work: Duration, has_paid: bool) {
        if has_paid {
            if nanos(work) <= self.unpaid_nanos.load(Ordering::Relaxed) {
                self.unpaid_nanos.store(0, Ordering::Relaxed);
            }
        } else {
            // Somewhat more work is not much different.
            let unpaid = nanos(work).saturating_mul(2).max(self.unpaid_nanos.load(Ordering::Relaxed));
            self.unpaid_nanos.store(unpaid, Ordering::Relaxed);
            self.rests.store(RESTS, Ordering::Relaxed);
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_millis(1);

    #[test]
    fn a_new_site_predicts_nothing() {
        let site = Site::new();
        assert_eq!((site.item_picos(), site.last_total()), (None, None));
        assert!(site.is_worth_sharing(LONG));
    }

    #[test]
    fn short_work_is_not_shared() {
        assert!(!Site::new().is_worth_sharing(WORTH_SHARING - Duration::from_nanos(1)));
    }

    #[test]
    fn where_workers_did_not_pay_they_are_tried_again_after_a_while() {
        let site = Site::new();
        site.remember_sharing(LONG, false);
        let tried = (0..200).filter(|_| site.is_worth_sharing(LONG)).count();
        assert!((1..200).contains(&tried), "{tried}");
        assert!(site.is_worth_sharing(LONG * 3), "much more work is another matter");
        site.remember_sharing(LONG, true);
        assert!(site.is_worth_sharing(LONG));
    }

    #[test]
    fn some_calls_are_timed_however_short() {
        let site = Site::new();
        assert_eq!((0..160).filter(|_| site.samples()).count(), 10);
    }
}
