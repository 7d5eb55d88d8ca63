//! Loops that follow each other on one thread: as good as one long loop, for whose sake other threads may be woken.

use super::balance::{pays, picos};
use super::rest::Rest;
use super::site::{nanos, work};
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// What passes between two loops of a series at most: so long, helpers look for more before they sleep.
const GAP: Duration = Duration::from_micros(10);

/// A loop shorter than this is not worth handing over to a helper who is awake (which takes about two microseconds).
pub(super) const SHORTEST: Duration = Duration::from_micros(15);

/// What shared calls of a loop take is compared with plain ones when the last ones took so long together.
const TELLING: Duration = Duration::from_micros(500);

/// Helpers have to be woken; if none has come in that time, the cores are taken.
const ALONE: Duration = Duration::from_millis(1);

/// One call in so many is run plainly, to have something to compare with.
const SAMPLED: u32 = 64;

thread_local! {
    /// When the last loop of this thread ended, and what those took that followed each other until then.
    static SERIES: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

/// What the loops took together of which one is to follow `now`.
pub(super) fn so_far(now: Instant) -> Duration {
    match SERIES.get() {
        Some((ended, so_far)) if now.saturating_duration_since(ended) <= GAP => so_far,
        _ => Duration::ZERO,
    }
}

/// A loop has run `from` one moment `to` the other, and would have taken so long plainly.
pub(super) fn go_on(from: Instant, to: Instant, took: Duration) {
    SERIES.set(Some((to, so_far(from) + took)));
}

/// Whether workers pay in calls of a loop each of which is too short to tell.
///
/// The numbers are written independently, as all that a site remembers.
#[derive(Debug)]
pub(super) struct ShortCalls {
    plain: Average,
    shared: Average,
    /// Those of the last shared ones in a row to which no helper came.
    alone: Average,
    rest: Rest,
    /// Shared calls in a row.
    in_a_row: AtomicU32,
}

impl ShortCalls {
    pub(super) const fn new() -> Self {
        let none = Average::new;
        Self { plain: none(), shared: none(), alone: none(), rest: Rest::new(), in_a_row: AtomicU32::new(0) }
    }

    // Relaxed, here and below: a prediction orders nothing.

    /// Whether the next call is to be shared; to be asked once a call.
    pub(super) fn share(&self) -> bool {
        if self.rest.is_on() {
            return false;
        }
        let in_a_row = self.in_a_row.load(Ordering::Relaxed);
        let is_sample = in_a_row >= SAMPLED || self.plain.picos().is_none();
        self.in_a_row.store(if is_sample { 0 } else { in_a_row + 1 }, Ordering::Relaxed);
        !is_sample
    }

    /// A call was all plain.
    pub(super) fn was_plain(&self, n_items: usize, time: Duration) {
        self.plain.add(n_items, time);
        self.rest.was_plain(time);
    }

    /// A call was shared, with a helper or without.
    pub(super) fn was_shared(&self, n_items: usize, time: Duration, is_helped: bool) {
        let (calls, enough) = if is_helped { (&self.shared, TELLING) } else { (&self.alone, ALONE) };
        if is_helped {
            self.alone.clear();
        }
        let (n_items, time) = calls.add(n_items, time);
        let Some(plain) = self.plain.picos() else { return };
        if time < enough {
            return;
        }
        if pays(picos(time, n_items), plain) {
            self.rest.forget();
        } else {
            self.rest.begin(time, time.saturating_sub(work(plain, n_items)));
            calls.clear();
        }
    }
}

/// What iterations took lately.
#[derive(Debug)]
struct Average {
    n_items: AtomicUsize,
    nanos: AtomicU64,
}

impl Average {
    const fn new() -> Self {
        Self { n_items: AtomicUsize::new(0), nanos: AtomicU64::new(0) }
    }

    /// So many more took so long. Gives all that count.
    fn add(&self, n_items: usize, time: Duration) -> (usize, Duration) {
        let (n_items, time) = (self.n_items() + n_items, self.time() + time);
        // From now on, what was long ago counts less.
        let parts = if time > 2 * TELLING { 2 } else { 1 };
        self.n_items.store(n_items / parts as usize, Ordering::Relaxed);
        self.nanos.store(nanos(time / parts), Ordering::Relaxed);
        (n_items, time)
    }

    fn clear(&self) {
        self.n_items.store(0, Ordering::Relaxed);
        self.nanos.store(0, Ordering::Relaxed);
    }

    fn n_items(&self) -> usize {
        self.n_items.load(Ordering::Relaxed)
    }

    fn time(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed))
    }

    /// What one took, in picoseconds; `None`: there was none.
    fn picos(&self) -> Option<u64> {
        let n_items = self.n_items();
        (n_items > 0).then(|| picos(self.time(), n_items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICRO: Duration = Duration::from_micros(1);

    #[test]
    fn loops_that_follow_each_other_are_a_series() {
        let mut now = Instant::now();
        assert_eq!(so_far(now), Duration::ZERO);
        for _ in 0..3 {
            go_on(now, now + 30 * MICRO, 50 * MICRO);
            now += 35 * MICRO;
        }
        assert_eq!(so_far(now), 150 * MICRO);
        assert_eq!(so_far(now + GAP), Duration::ZERO, "too late");
        go_on(now + GAP, now + GAP, MICRO);
        assert_eq!(so_far(now + GAP), MICRO, "the next series");
    }

    /// Runs so many calls of 1,000 items; gives how many were shared.
    fn run(calls: &ShortCalls, n: usize, plain: Duration, shared: Duration, is_helped: bool) -> usize {
        let one = || {
            let is_shared = calls.share();
            if is_shared {
                calls.was_shared(1_000, shared, is_helped)
            } else {
                calls.was_plain(1_000, plain)
            }
            is_shared
        };
        (0..n).filter(|_| one()).count()
    }

    #[test]
    fn calls_are_shared_while_that_pays() {
        let calls = ShortCalls::new();
        let n_shared = run(&calls, 1_000, 50 * MICRO, 30 * MICRO, true);
        assert_eq!(n_shared, 1_000 - 1_000_usize.div_ceil(SAMPLED as usize + 1), "{calls:?}");
    }

    #[test]
    fn trials_that_do_not_pay_lose_little() {
        for (shared, is_helped) in [(52, true), (60, true), (60, false), (500, true), (5_000, true), (5_000, false)] {
            let calls = ShortCalls::new();
            let n_shared = run(&calls, 10_000, 50 * MICRO, shared * MICRO, is_helped);
            let (lost, all) = (n_shared as f64 * (shared as f64 - 50.0), 10_000.0 * 50.0);
            assert!(n_shared > 0 && lost <= all * 0.055, "{n_shared} of {shared} us, {is_helped}, {calls:?}");
        }
    }

    #[test]
    fn a_helper_who_never_comes_is_not_waited_for() {
        let calls = ShortCalls::new();
        assert_eq!(run(&calls, 30, 50 * MICRO, 55 * MICRO, false), 19, "{calls:?}");
    }

    #[test]
    fn a_neighbour_that_comes_is_noticed_and_one_that_leaves_too() {
        let calls = ShortCalls::new();
        run(&calls, 1_000, 50 * MICRO, 30 * MICRO, true);
        assert!(run(&calls, 100, 50 * MICRO, 4_000 * MICRO, true) < 5, "{calls:?}");
        assert!(run(&calls, 3_000, 50 * MICRO, 30 * MICRO, true) > 1_000, "{calls:?}");
    }
}
