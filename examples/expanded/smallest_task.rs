//! The smallest task, as it is written.

use super::work;
use concurrent_futures::concurrent;

/// Half of it.
#[concurrent(task)]
pub(crate) fn half(n: u64) -> u64 {
    work(n) / 2
}
