//! Loops that follow each other on one thread: as good as one long loop, for whose sake other threads may be woken.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// What passes between two loops of a series at most: so long, helpers look for more before they sleep.
pub(crate) const GAP: Duration = Duration::from_micros(10);

/// A loop shorter than this is not worth handing over to a helper who is awake (which takes about two microseconds).
pub(super) const SHORTEST: Duration = Duration::from_micros(15);

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
    let so_far = match SERIES.get() {
        // Those within this one are part of it.
        Some((ended, so_far)) if ended > from => so_far.max(took),
        _ => so_far(from) + took,
    };
    SERIES.set(Some((to, so_far)));
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

    #[test]
    fn loops_within_a_loop_are_counted_once() {
        let begin = Instant::now();
        go_on(begin + 10 * MICRO, begin + 40 * MICRO, 30 * MICRO);
        go_on(begin + 41 * MICRO, begin + 70 * MICRO, 29 * MICRO);
        go_on(begin, begin + 80 * MICRO, 80 * MICRO);
        assert_eq!(so_far(begin + 80 * MICRO), 80 * MICRO);
    }
}
