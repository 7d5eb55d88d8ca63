//! What one annotated loop measured, for its next call.

use super::calls::Calls;
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Plain work that takes less than this is not worth waking another thread for: waking one on another core costs 40 to
/// 60 µs (measured on two cores), of which the caller, which works on, loses a few, and more if it has to wait for it at the end.
pub(crate) const WORTH_SHARING: Duration = Duration::from_micros(150);

/// Loops that are shorter than this are run without a look at the clock (25 ns, and more where its code is not in a cache).
const WORTH_TIMING: Duration = Duration::from_micros(4);

/// But one call in so many, since a loop may change.
const SAMPLED: u32 = 64;

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
    /// Nanoseconds that the last call would have taken as the plain loop, 0 while unknown.
    total_nanos: AtomicU64,
    /// Loops of so many items are short.
    short_items: AtomicUsize,
    /// Calls that were too short for a clock.
    untimed: AtomicU32,
    /// Calls that are long enough to be shared.
    pub(super) calls: Calls,
    /// Those that are shared only where they follow each other.
    pub(super) short_calls: Calls,
}

impl Site {
    /// A site that was never run.
    #[expect(clippy::new_without_default, reason = "only ever written in a static by generated code")]
    pub const fn new() -> Self {
        Self {
            item_picos: AtomicU64::new(0),
            total_nanos: AtomicU64::new(0),
            short_items: AtomicUsize::new(0),
            untimed: AtomicU32::new(0),
            calls: Calls::new(),
            short_calls: Calls::new(),
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

    #[test]
    fn a_new_site_predicts_nothing() {
        let site = Site::new();
        assert_eq!((site.item_picos(), site.last_total()), (None, None));
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
