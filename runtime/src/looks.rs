//! Looking for what another thread will do, for some microseconds, before one sleeps until it is done.

use crate::config;
use crate::sync::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a thread looks for what it waits for before it sleeps: less than waking a sleeper takes.
pub(crate) const PATIENCE: Duration = Duration::from_micros(10);

/// How often in a row all threads together may look in vain before they stop to.
const TRIES: u32 = 8;

/// For how many waits they stop then: at first, and at most (doubled each time that looking did not pay).
const BREAKS: (u32, u32) = (8, 4096);

/// Looks for some microseconds whether another thread has done something. Gives what it saw last.
pub(crate) fn look_for(is_there: impl Fn() -> bool) -> bool {
    /// For the whole process: looking takes two, and both must learn the same.
    static LOOKS: Looks = Looks::new(PATIENCE, TRIES);
    is_there() || LOOKS.look_for(is_there)
}

/// Whether it pays to look for something before one sleeps until it is there.
///
/// It does where who has to answer is awake on another core, and wastes the time where it could have run on this one, as
/// when other programs keep the machine busy. Nobody can know, so it is learned. A look in vain, now and then, finds out
/// whether it pays again.
pub(crate) struct Looks {
    /// How long a look takes at most.
    patience: Duration,
    /// For how many looks in vain one makes up that was not.
    gain: u32,
    /// How many looks in vain are left.
    tries_left: AtomicU32,
    /// How many waits are left without a look, and how many there were the last time.
    break_left: AtomicU32,
    break_length: AtomicU32,
}

impl Looks {
    pub(crate) const fn new(patience: Duration, gain: u32) -> Self {
        Self {
            patience,
            gain,
            tries_left: AtomicU32::new(TRIES),
            break_left: AtomicU32::new(0),
            break_length: AtomicU32::new(BREAKS.0),
        }
    }

    /// Looks for some microseconds whether `is_there`, or not at all while that does not pay. True if it was.
    pub(crate) fn look_for(&self, is_there: impl FnMut() -> bool) -> bool {
        // Relaxed, and not exact: a guess that orders nothing.
        let break_left = self.break_left.load(Ordering::Relaxed);
        if break_left > 0 {
            self.break_left.store(break_left - 1, Ordering::Relaxed);
            return false;
        }
        if !may_look() {
            return false;
        }
        if look(self.patience, is_there) {
            let tries_left = (self.tries_left.load(Ordering::Relaxed) + self.gain).min(TRIES);
            self.tries_left.store(tries_left, Ordering::Relaxed);
            if tries_left == TRIES {
                self.break_length.store(BREAKS.0, Ordering::Relaxed);
            }
            return true;
        }
        let tries_left = self.tries_left.load(Ordering::Relaxed);
        if tries_left > 1 {
            self.tries_left.store(tries_left - 1, Ordering::Relaxed);
        } else {
            let length = self.break_length.load(Ordering::Relaxed);
            self.break_length.store((length * 2).min(BREAKS.1), Ordering::Relaxed);
            self.tries_left.store(TRIES, Ordering::Relaxed);
            self.break_left.store(length, Ordering::Relaxed);
        }
        false
    }
}

/// Looks for so long whether `is_there`. Gives what it saw last.
fn look(patience: Duration, mut is_there: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < patience {
        // A look at the clock costs as much as some of these.
        for _ in 0..8 {
            std::hint::spin_loop();
            if is_there() {
                return true;
            }
        }
    }
    false
}

/// On a single core nothing changes while one looks, and a model checker has no clock.
fn may_look() -> bool {
    !cfg!(loom) && config::n_cores() > 1
}
