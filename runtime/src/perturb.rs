//! What `CONCURRENT_SCHEDULE` does to pools and futures: at the points where threads meet, it makes them meet as they
//! rarely would.
//!
//! `random` now and then delays a thread at such a point, and takes tasks from the queue in any order; `reverse` takes the
//! last one first; `one` lets other threads go first at every point. Unset, a point costs the look at a flag.

use std::cell::Cell;
use std::thread;
use std::time::Duration;

use crate::config::{self, Schedule};
use crate::random::Random;
use crate::sync::{AtomicU64, Ordering};

/// A point where threads meet: what happens next may happen on another thread first. Never called under a lock.
#[inline]
pub(crate) fn point() {
    if let Some(schedule) = asked() {
        disturb(schedule);
    }
}

/// Which of `n` queued tasks, of which there is at least one, is to start next. The first, by default.
#[inline]
pub(crate) fn choose(n: usize) -> usize {
    match asked() {
        None | Some(Schedule::One) => 0,
        Some(Schedule::Reverse) => n - 1,
        Some(Schedule::Random(seed)) => (random(seed) % n as u64) as usize,
    }
}

fn asked() -> Option<Schedule> {
    // A model checker disturbs enough.
    if cfg!(loom) { None } else { config::schedule() }
}

#[cold]
fn disturb(schedule: Schedule) {
    match schedule {
        Schedule::Reverse => {}
        Schedule::One => thread::yield_now(),
        Schedule::Random(seed) => match random(seed) % 64 {
            0 => thread::sleep(Duration::from_micros(random(seed) % 200)),
            1..16 => thread::yield_now(),
            16..24 => (0..random(seed) % 2000).for_each(|_| std::hint::spin_loop()),
            _ => {}
        },
    }
}

/// The next random number of the calling thread.
fn random(seed: u64) -> u64 {
    thread_local! {
        static NUMBERS: Cell<Option<Random>> = const { Cell::new(None) };
    }
    static THREADS: AtomicU64 = AtomicU64::new(0);

    // Relaxed: only the numbers must differ.
    let start = || Random::from_seed(seed.wrapping_add(THREADS.fetch_add(1, Ordering::Relaxed) << 32));
    let mut numbers = NUMBERS.get().unwrap_or_else(start);
    let number = numbers.draw();
    NUMBERS.set(Some(numbers));
    number
}

#[cfg(test)]
mod tests {
    use super::random;

    #[test]
    fn random_numbers_reach_everything() {
        let seen: std::collections::BTreeSet<u64> = (0..1000).map(|_| random(7) % 64).collect();
        assert_eq!(seen.len(), 64);
    }
}
