//! What one annotated loop measured, for its next call.

use crate::sync::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Work that is predicted to take less than this is not worth waking another thread for: waking one on
/// another core costs 40 to 60 µs (measured on two cores).
const WORTH_SHARING: Duration = Duration::from_micros(100);

/// An iteration that takes less than this costs more to take apart (a value stored and fetched again, about 3 ns)
/// than two threads could save.
const WORTH_SPLITTING: Duration = Duration::from_nanos(5);

/// The memory of one annotated loop in the source, shared by all its calls.
///
/// The two numbers are written independently: a mixture of two calls is as good a prediction as either.
#[derive(Debug)]
pub struct Site {
    /// Picoseconds of one iteration, 0 while unknown.
    item_picos: AtomicU64,
    /// Nanoseconds of the whole last call, 0 while unknown.
    total_nanos: AtomicU64,
}

impl Site {
    /// A site that was never run.
    #[expect(clippy::new_without_default, reason = "only ever written in a static by generated code")]
    pub const fn new() -> Self {
        Self { item_picos: AtomicU64::new(0), total_nanos: AtomicU64::new(0) }
    }

    /// Whether a call over `len` items (`None`: unknown) is predicted to gain nothing from sharing.
    pub(crate) fn predicts_no_gain(&self, len: Option<usize>) -> bool {
        // Relaxed: a prediction orders nothing.
        let Some(len) = len else {
            let nanos = u128::from(self.total_nanos.load(Ordering::Relaxed));
            return nanos > 0 && nanos < WORTH_SHARING.as_nanos();
        };
        let picos = u128::from(self.item_picos.load(Ordering::Relaxed));
        let nanos = (picos * len as u128).div_ceil(1000);
        picos > 0 && (nanos < WORTH_SHARING.as_nanos() || picos < WORTH_SPLITTING.as_nanos() * 1000)
    }

    /// Remembers that `items` iterations (`None`: nobody counted) took `work` in all.
    pub(crate) fn remember(&self, items: Option<usize>, work: Duration) {
        if items == Some(0) {
            return;
        }
        let at_least_1 = |n: u128| n.clamp(1, u128::from(u64::MAX)) as u64;
        // Relaxed: see the type.
        self.total_nanos.store(at_least_1(work.as_nanos()), Ordering::Relaxed);
        if let Some(items) = items {
            self.item_picos.store(at_least_1(work.as_nanos() * 1000 / items as u128), Ordering::Relaxed);
        }
    }

    /// Times a call that runs as the plain loop over `len` items (`None`: unknown), until the watch is dropped.
    pub(crate) fn watch(&self, len: Option<usize>) -> Watch<'_> {
        Watch { site: self, len, start: Instant::now() }
    }
}

/// Remembers, when dropped, how long a plain loop took.
#[derive(Debug)]
pub struct Watch<'site> {
    site: &'site Site,
    len: Option<usize>,
    start: Instant,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.site.remember(self.len, self.start.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_site_predicts_nothing() {
        assert!(!Site::new().predicts_no_gain(Some(1)));
        assert!(!Site::new().predicts_no_gain(None));
    }

    #[test]
    fn a_short_call_is_not_shared_and_a_longer_one_is() {
        let site = Site::new();
        site.remember(Some(1000), Duration::from_micros(10));
        assert!(site.predicts_no_gain(Some(1000)));
        assert!(site.predicts_no_gain(None));
        assert!(!site.predicts_no_gain(Some(1_000_000)));
    }

    #[test]
    fn a_call_of_unknown_length_is_remembered_too() {
        let site = Site::new();
        site.remember(Some(2), Duration::from_micros(1));
        assert!(site.predicts_no_gain(None));
        site.watch(None);
        site.remember(None, Duration::from_millis(200));
        assert!(!site.predicts_no_gain(None));
    }

    #[test]
    fn iterations_of_a_nanosecond_are_never_taken_apart() {
        let site = Site::new();
        site.remember(Some(1_000_000), Duration::from_millis(1));
        assert!(site.predicts_no_gain(Some(1_000_000_000)));
    }
}
