//! The smallest loop that is worth the attribute, as it is written.

use super::work;
use concurrent_futures::concurrent;

#[concurrent]
pub(crate) fn total(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        total += work(i);
    }
    total
}
