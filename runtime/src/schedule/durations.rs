//! What iterations take: picoseconds each, and durations together.

use std::time::Duration;

/// Workers do not pay above this part of the plain loop's time, in percent.
const MOST: u128 = 95;

/// A duration in whole nanoseconds.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// How many iterations take so long.
pub(super) fn n_items(time: Duration, picos: u64) -> usize {
    usize::try_from(nanos(time).saturating_mul(1000) / picos).unwrap_or(usize::MAX)
}

/// What `n` iterations take.
#[inline]
pub(super) fn work(picos: u64, n: usize) -> Duration {
    Duration::from_nanos((u128::from(picos) * n as u128 / 1000).min(u128::from(u64::MAX)) as u64)
}

/// What an iteration takes if so many take so long.
pub(super) fn picos(time: Duration, n_items: usize) -> u64 {
    nanos(time).saturating_mul(1000) / n_items.max(1) as u64
}

/// Whether iterations that take `shared` with workers and `plain` without them are worth having them.
pub(super) fn pays(shared: u64, plain: u64) -> bool {
    u128::from(shared) * 100 <= u128::from(plain) * MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_pay_if_they_save_a_twentieth() {
        assert!(pays(95, 100));
        assert!(!pays(96, 100));
    }
}
