//! The clock that all processes of a machine share, and that nobody sets.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds since some moment before; never 0.
pub(crate) fn monotonic_nanos() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    (now.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec as u64).max(1)
}
