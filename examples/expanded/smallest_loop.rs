//! The smallest loop that is worth the attribute, as it is written.

use super::work;
use concurrent_futures::concurrent;

#[concurrent]
pub(crate) fn collect(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    out
}
