//! What one annotated loop measured, for its next call.

use super::series::ShortCalls;
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Plain work that takes less than this is not worth waking another thread for: waking one on another core costs 40 to
/// 60 µs (measured on two cores), of which the caller, which works on, loses a few, and more if it has to wait for it at the end.
pub(crate) const WORTH_SHARING: Duration = Duration::from_micros(150);

/// Loops that are shorter than this are run without a look at the clock (25 ns, and more where its code is not in a cache).
const WORTH_TIMING: Duration = Duration::from_micros(4);

/// But one call in so many, since a loop may change.
const SAMPLED: u32 = 64;

/// So many calls stay plain, after one in which workers did not pay, before they are tried again; at first, and at most
/// (doubled each time that they do not pay again).
const RESTS: (u32, u32) = (2, 128);

/// Iterations shorter than this, in picoseconds, take longer once they are taken apart, so that what they take there does
/// not tell what they take in the plain loop. Nor do they block.
pub(super) const TELLING: u64 = 50_000;

/// The memory of one annotated loop in the source, shared by all its calls.
///
/// The numbers are written independently: a mixture of two calls is as good a prediction as either.
#[derive(Debug)]
// Cache lines of its own; calls that are known to be short use the first one only.
#[repr(align(64))]
pub struct Site {
    /// Picoseconds of one iteration of the plain loop, 0 while unknown.
    item_picos: AtomicU64,
    /// The same on the average of the last call that was all plain, 0 while unknown.
    plain_call: AtomicU64,
    /// Nanoseconds that the last call would have taken as the plain loop, 0 while unknown.
    total_nanos: AtomicU64,
    /// Work of up to so many nanoseconds did not become faster with workers ...
    unpaid_nanos: AtomicU64,
    /// ... and is not tried again in so many calls of that size ...
    rests: AtomicU32,
    /// ... of so many.
    calls: AtomicU32,
    /// Loops of so many items are short.
    short_items: AtomicUsize,
    /// Calls that were too short for a clock.
    untimed: AtomicU32,
    /// Those that were longer, and too short to be shared one by one.
    pub(super) short_calls: ShortCalls,
}

impl Site {
    /// A site that was never run.
    #[expect(clippy::new_without_default, reason = "only ever written in a static by generated code")]
    pub const fn new() -> Self {
        Self {
            item_picos: AtomicU64::new(0),
            plain_call: AtomicU64::new(0),
            total_nanos: AtomicU64::new(0),
            unpaid_nanos: AtomicU64::new(0),
            rests: AtomicU32::new(0),
            calls: AtomicU32::new(RESTS.0),
            short_items: AtomicUsize::new(0),
            untimed: AtomicU32::new(0),
            short_calls: ShortCalls::new(),
        }
    }

    // Relaxed, here and below: a prediction orders nothing.

    /// What one iteration is expected to take, in picoseconds.
    #[inline]
    pub(crate) fn item_picos(&self) -> Option<u64> {
        let picos = self.item_picos.load(Ordering::Relaxed);
        (picos > 0).then_some(picos)
    }

    /// What the last call would have taken as the plain loop.
    pub(crate) fn last_total(&self) -> Option<Duration> {
        let nanos = self.total_nanos.load(Ordering::Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// Whether a loop of so many items at most is too short for a clock, or for anything else but to be run.
    #[inline]
    pub(crate) fn is_short(&self, at_most: Option<usize>) -> bool {
        if at_most.is_none_or(|n| n > self.short_items.load(Ordering::Relaxed)) {
            return false;
        }
        // Calls on several threads may count as one.
        let untimed = self.untimed.load(Ordering::Relaxed).wrapping_add(1);
        self.untimed.store(untimed, Ordering::Relaxed);
        !untimed.is_multiple_of(SAMPLED)
    }

    /// Remembers what one iteration takes.
    pub(crate) fn remember_item(&self, picos: u64) {
        let picos = picos.max(1);
        self.item_picos.store(picos, Ordering::Relaxed);
        let short_items = WORTH_TIMING.as_nanos() * 1000 / u128::from(picos);
        self.short_items.store(usize::try_from(short_items).unwrap_or(usize::MAX), Ordering::Relaxed);
    }

    /// Remembers what a call took, or would have taken as the plain loop.
    pub(crate) fn remember_total(&self, total: Duration) {
        self.total_nanos.store(nanos(total).max(1), Ordering::Relaxed);
    }

    /// What an iteration took in the last call that was all plain, in picoseconds.
    pub(crate) fn plain_call(&self) -> Option<u64> {
        let picos = self.plain_call.load(Ordering::Relaxed);
        (picos > 0).then_some(picos)
    }

    /// Remembers what an iteration took in a call that was all plain.
    pub(crate) fn remember_plain_call(&self, picos: u64) {
        self.plain_call.store(picos.max(1), Ordering::Relaxed);
    }

    /// Has the next calls of up to about that work stay plain.
    pub(crate) fn rest(&self, work: Duration, calls: u32) {
        let unpaid = nanos(work).saturating_mul(2).max(self.unpaid_nanos.load(Ordering::Relaxed));
        self.unpaid_nanos.store(unpaid, Ordering::Relaxed);
        self.rests.store(calls, Ordering::Relaxed);
    }

    /// Whether workers did not pay for so much plain work.
    pub(crate) fn is_unpaid(&self, work: Duration) -> bool {
        nanos(work) <= self.unpaid_nanos.load(Ordering::Relaxed)
    }

    /// Whether a call of that size does without them this time; to be asked once a call.
    pub(crate) fn rests(&self) -> bool {
        let rests = self.rests.load(Ordering::Relaxed);
        self.rests.store(rests.saturating_sub(1), Ordering::Relaxed);
        rests > 0
    }

    /// Remembers whether so much plain work became faster with workers.
    pub(crate) fn remember_sharing(&self, work: Duration, has_paid: bool) {
        if has_paid {
            if nanos(work) <= self.unpaid_nanos.load(Ordering::Relaxed) {
                self.unpaid_nanos.store(0, Ordering::Relaxed);
                self.calls.store(RESTS.0, Ordering::Relaxed);
            }
        } else {
            let calls = self.calls.load(Ordering::Relaxed);
            // Somewhat more work is not much different.
            self.rest(work, calls);
            self.calls.store((calls * 2).min(RESTS.1), Ordering::Relaxed);
        }
    }
}

pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What `n` iterations take.
#[inline]
pub(super) fn work(picos: u64, n: usize) -> Duration {
    Duration::from_nanos((u128::from(picos) * n as u128 / 1000).min(u128::from(u64::MAX)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_millis(1);

    #[test]
    fn a_new_site_predicts_nothing() {
        let site = Site::new();
        assert_eq!((site.item_picos(), site.last_total()), (None, None));
        assert!(!site.is_unpaid(LONG));
    }

    #[test]
    fn where_workers_did_not_pay_they_are_tried_again_after_a_while() {
        let site = Site::new();
        site.remember_sharing(LONG, false);
        assert!(site.is_unpaid(LONG) && !site.is_unpaid(LONG * 3), "much more work is another matter");
        assert_eq!([site.rests(), site.rests(), site.rests()], [true, true, false]);
        site.remember_sharing(LONG, false);
        assert_eq!((0..10).filter(|_| site.rests()).count(), 4);
        site.remember_sharing(LONG, true);
        assert!(!site.is_unpaid(LONG));
    }

    #[test]
    fn some_calls_are_timed_however_short() {
        let site = Site::new();
        assert!(!site.is_short(Some(1)), "nothing is known yet");
        site.remember_item(1_000_000);
        assert!(!site.is_short(Some(5)) && !site.is_short(None));
        assert_eq!((0..640).filter(|_| site.is_short(Some(4))).count(), 630);
    }
}
