//! What one annotated loop measured, for its next call.

use super::calls::Calls;
use super::durations::{n_items, nanos, picos};
use crate::sync::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::cell::Cell;
use std::time::Duration;

/// Plain work that takes less than this is not worth waking another thread for: waking one on another core costs 40 to
/// 60 µs (measured on two cores), of which the caller, which works on, loses a few, and more if it has to wait for it at the end.
pub(crate) const WORTH_SHARING: Duration = Duration::from_micros(150);

/// What a strip of a plain loop should take: a look at the clock (25 ns) does not show, and not much is lost where
/// workers could have helped meanwhile.
pub(super) const STRIP: Duration = Duration::from_micros(50);

/// Loops that are shorter than this are run without a look at the clock, since nobody would share them (see
/// [`series::SHORTEST`](super::series::SHORTEST)): two looks and what follows them take 110 ns.
const WORTH_TIMING: Duration = Duration::from_micros(12);

/// But some calls are timed all the same, since a loop may change: at first each second one, and half as many each time that it
/// was short again, down to one in so many, ...
const RAREST: u32 = 256;

/// ... but one each time that calls have taken so long together, which takes a hundredth of that.
const TIMED_EACH: Duration = Duration::from_micros(10);

/// Iterations shorter than this, in picoseconds, take longer once they are taken apart, so that what they take there does
/// not tell what they take in the plain loop. Nor do they block.
pub(super) const TELLING: u64 = 50_000;

/// The memory of one annotated loop in the source, shared by all its calls.
///
/// The numbers are written independently: a mixture of two calls is as good a prediction as either.
#[derive(Debug)]
// Cache lines of its own, of which calls that are known to be short use the first one only.
#[repr(C, align(64))]
pub struct Site {
    /// Calls of up to so many items are expected to be short, and to be over ...
    short_items: AtomicUsize,
    /// ... at the end of a strip of so many.
    strip_items: AtomicUsize,
    /// The part of them that is timed all the same, of `u32::MAX`.
    timed: AtomicU32,
    /// Picoseconds of one iteration of the plain loop, 0 while unknown.
    item_picos: AtomicU64,
    /// Whether that was found out by a look in the middle of a call.
    is_looked_at: AtomicBool,
    /// Nanoseconds that the last call would have taken as the plain loop, 0 while unknown.
    total_nanos: AtomicU64,
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
            short_items: AtomicUsize::new(0),
            strip_items: AtomicUsize::new(1),
            timed: AtomicU32::new(u32::MAX),
            item_picos: AtomicU64::new(0),
            is_looked_at: AtomicBool::new(false),
            total_nanos: AtomicU64::new(0),
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

    /// Whether a whole call, or a look in the middle of one, has shown that.
    pub(super) fn knows_plain(&self) -> bool {
        self.is_looked_at.load(Ordering::Relaxed) || self.calls.knows_plain()
    }

    /// A look has.
    pub(super) fn looked(&self) {
        self.is_looked_at.store(true, Ordering::Relaxed);
    }

    /// What the last call would have taken as the plain loop.
    pub(crate) fn last_total(&self) -> Option<Duration> {
        let nanos = self.total_nanos.load(Ordering::Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// How many items the first strip has, if a call of so many items at most is too short for a clock, or for anything else
    /// but to be run. (If it goes on behind that strip, it was not.)
    #[inline]
    pub(crate) fn untimed_strip(&self, at_most: Option<usize>) -> Option<usize> {
        let is_timed = || next_angle() <= self.timed.load(Ordering::Relaxed);
        (self.is_short(at_most) && !is_timed()).then(|| self.strip_items.load(Ordering::Relaxed))
    }

    /// The same for such a call that is timed all the same.
    pub(super) fn short_strip(&self, at_most: Option<usize>) -> Option<usize> {
        self.is_short(at_most).then(|| self.strip_items.load(Ordering::Relaxed))
    }

    /// Whether calls of so many items at most are expected to be short.
    #[inline]
    fn is_short(&self, at_most: Option<usize>) -> bool {
        at_most.unwrap_or(usize::MAX) <= self.short_items.load(Ordering::Relaxed)
    }

    /// Remembers what one iteration takes.
    pub(crate) fn remember_item(&self, picos: u64) {
        let picos = picos.max(1);
        self.item_picos.store(picos, Ordering::Relaxed);
        self.strip_items.store(n_items(STRIP, picos).max(1), Ordering::Relaxed);
    }

    /// Remembers what one takes that is among so many: at least so long if not all of them were run for certain. Gives that.
    pub(super) fn remember_strip(&self, elapsed: Duration, n_items: usize, is_certain: bool) -> u64 {
        let picos = picos(elapsed, n_items).max(1);
        if n_items > 0 && (is_certain || self.item_picos().is_none_or(|known| picos > known)) {
            self.remember_item(picos);
        }
        picos
    }

    /// Remembers whether a call of so many items at most, in which somebody looked at the clock, was too short for that.
    pub(crate) fn remember_shortness(&self, total: Duration, at_most: Option<usize>) {
        let by_items = self.item_picos().map_or(0, |picos| n_items(WORTH_TIMING, picos));
        let (short_items, timed) = if total < WORTH_TIMING {
            // Also where it was left early: the next one will be, as far as anybody knows.
            let by_call = at_most.unwrap_or(usize::MAX).max(self.short_items.load(Ordering::Relaxed));
            let timed = self.timed.load(Ordering::Relaxed);
            (by_items.max(by_call), (timed / 2).max(least_timed(total)))
        } else {
            (by_items, u32::MAX)
        };
        self.short_items.store(short_items, Ordering::Relaxed);
        self.timed.store(timed, Ordering::Relaxed);
    }

    /// Remembers what a call took, or would have taken as the plain loop.
    pub(crate) fn remember_total(&self, total: Duration) {
        self.total_nanos.store(nanos(total).max(1), Ordering::Relaxed);
    }
}

/// Which part of calls that take so long is timed at least, of `u32::MAX`.
fn least_timed(call: Duration) -> u32 {
    let part = u64::from(u32::MAX) * nanos(call) / nanos(TIMED_EACH);
    u32::try_from(part).unwrap_or(u32::MAX).max(u32::MAX / RAREST)
}

/// A number for a call: over many calls of a thread, all numbers are as frequent. (Where each loop counted its calls, threads
/// that run the same one would write to the same memory.)
#[inline]
fn next_angle() -> u32 {
    thread_local!(static ANGLE: Cell<u32> = const { Cell::new(0) });
    // The golden section of a circle. So the numbers of each second call, or of each tenth, come everywhere too.
    const GOLDEN: u32 = 0x9E37_79B9;
    let angle = ANGLE.get().wrapping_add(GOLDEN);
    ANGLE.set(angle);
    angle
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_millis(1);

    #[test]
    fn a_new_site_predicts_nothing() {
        let site = Site::new();
        assert_eq!((site.item_picos(), site.last_total()), (None, None));
    }

    /// How many of so many calls with one item are timed.
    fn timed(site: &Site, calls: usize) -> usize {
        (0..calls).filter(|_| site.untimed_strip(Some(1)).is_none()).count()
    }

    #[test]
    fn what_is_short_by_its_items_is_not_timed() {
        let site = Site::new();
        site.remember_item(1_000_000);
        assert_eq!(timed(&site, 9), 9, "no call was short");
        site.remember_shortness(LONG, None);
        site.timed.store(0, Ordering::Relaxed);
        assert_eq!([Some(12), Some(13), None].map(|n| site.untimed_strip(n)), [Some(50), None, None]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes")]
    fn the_more_calls_were_short_the_fewer_are_timed() {
        let (site, short) = (Site::new(), Duration::from_nanos(10));
        for part in [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256] {
            let n = timed(&site, 10_000);
            assert!(n.abs_diff(10_000 / part) <= 3, "{n} instead of one in {part}");
            site.remember_shortness(short, Some(1));
        }
        site.remember_shortness(LONG, Some(1));
        site.remember_item(1);
        site.remember_shortness(short, Some(1));
        assert!(timed(&site, 1000).abs_diff(500) <= 3, "it was long, and begins anew");
    }

    #[test]
    fn a_hundredth_of_the_time_of_calls_may_be_spent_on_timing_them() {
        let part = |nanos| (u64::from(least_timed(Duration::from_nanos(nanos))) * 1000).div_ceil(u64::from(u32::MAX));
        assert_eq!([10, 100, 5_000, 10_000, 11_999].map(part), [4, 10, 500, 1000, 1000]);
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes")]
    fn of_calls_that_take_turns_each_is_timed_sometimes() {
        for period in 1..=100 {
            let every = |_| (0..period).map(|_| next_angle()).next_back().expect("there is one");
            assert!((0..100_000).map(every).any(|angle| angle < u32::MAX / RAREST), "each call of {period}");
        }
    }

    #[test]
    fn a_call_that_is_left_early_is_short_however_many_items_it_had() {
        let (site, short) = (Site::new(), Duration::from_nanos(100));
        let begin = |at_most| {
            site.timed.store(0, Ordering::Relaxed);
            site.untimed_strip(at_most)
        };
        site.remember_item(1000);
        site.remember_shortness(short, Some(1_000_000));
        assert_eq!(begin(Some(1_000_000)), Some(50_000), "but only until the end of its first strip");
        site.remember_shortness(short, Some(10));
        assert_eq!([begin(Some(1_000_000)), begin(None)], [Some(50_000), None]);
        site.remember_shortness(short, None);
        assert_eq!(begin(None), Some(50_000));
        site.remember_shortness(LONG, None);
        assert_eq!([begin(Some(12_000)), begin(Some(12_001))], [Some(50_000), None], "what takes 12 µs by its items");
    }
}
