//! Whether workers pay in the calls of a loop: shared ones beside plain ones.

use super::durations::{nanos, pays, picos, work};
use super::rest::Rest;
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Shared calls are given so much time together before they are judged: helpers have to be woken, and a system may take
/// milliseconds to find a free core for them.
const TRIAL: Duration = Duration::from_millis(10);

/// But not, if they have lost so much.
const LOSS: Duration = Duration::from_micros(500);

/// What plain calls took counts half as soon as others took so long.
const MEMORY: Duration = Duration::from_millis(2);

/// After so many shared calls in a row, one is plain, to have something to compare with.
const SAMPLED: u32 = 256;

/// The calls of one loop that are about as long.
///
/// The numbers are written independently, as all that a site remembers.
#[derive(Debug)]
pub(super) struct Calls {
    plain: Average,
    shared: Average,
    rest: Rest,
    /// Shared calls in a row.
    in_a_row: AtomicU32,
}

impl Calls {
    pub(super) const fn new() -> Self {
        Self { plain: Average::new(), shared: Average::new(), rest: Rest::new(), in_a_row: AtomicU32::new(0) }
    }

    // Relaxed, here and below: a prediction orders nothing.

    /// Whether there was a plain call.
    pub(super) fn knows_plain(&self) -> bool {
        self.plain.n_items() > 0
    }

    /// Whether a call, the plain part of which has taken so long, does without workers because they did not pay.
    pub(super) fn rest(&self, so_far: Duration) -> bool {
        self.rest.is_on(so_far)
    }

    /// Whether the next call is to be a plain one, to compare with: also the second one of all. To be asked once a call.
    pub(super) fn want_plain_one(&self) -> bool {
        let in_a_row = self.in_a_row.load(Ordering::Relaxed);
        let is_wanted = in_a_row >= SAMPLED || (in_a_row == 1 && !self.knows_plain());
        self.in_a_row.store(if in_a_row >= SAMPLED { 0 } else { in_a_row + 1 }, Ordering::Relaxed);
        is_wanted
    }

    /// A call was all plain, and took so long; some of the iterations, or all, were `counted`, and what they took.
    pub(super) fn was_plain(&self, counted: (usize, Duration), took: Duration) {
        if counted.0 > 0 {
            self.plain.add(counted.0, counted.1, MEMORY);
        }
        if !self.rest.is_on(Duration::ZERO) {
            return;
        }
        self.rest.was_plain(took);
        if self.shared.picos().zip(self.plain.picos()).is_some_and(|(shared, plain)| pays(shared, plain)) {
            // It was other data.
            self.rest.end();
        }
        if !self.rest.is_on(Duration::ZERO) {
            self.shared.clear();
        }
    }

    /// A call was shared, and would have taken so long as the plain loop, as far as one can tell from the call itself.
    pub(super) fn was_shared(&self, n_items: usize, took: Duration, plainly: Duration) {
        if self.rest.is_on(Duration::ZERO) {
            // It was over while the call was still plain.
            self.rest.end();
            self.shared.clear();
        }
        let (n_items, trial) = self.shared.add(n_items, took, 2 * TRIAL);
        let (took, plainly) = match self.plain.picos() {
            Some(picos) => (trial, work(picos, n_items)),
            None => (took, plainly),
        };
        // The last plain call may have had other data, and does not say too much of what was lost.
        let lost = took.saturating_sub(plainly).min(took / 2);
        if took < TRIAL && lost < LOSS {
            return;
        }
        if pays(nanos(took), nanos(plainly)) {
            self.rest.has_paid();
        } else {
            self.rest.begin(took, lost);
        }
    }

    /// A call was shared, and found that workers do not pay: so many iterations would have taken so long plainly.
    pub(super) fn was_unpaid(&self, n_items: usize, took: Duration, plainly: Duration) {
        let plainly = self.plain.picos().map_or(plainly, |picos| work(picos, n_items));
        // Unless items became shorter meanwhile, as plain calls tell.
        if !pays(nanos(took), nanos(plainly)) {
            // What the next plain call is compared with.
            self.shared.clear();
            self.shared.add(n_items, took, 2 * TRIAL);
            self.rest.begin(took, took.saturating_sub(plainly).min(took / 2));
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

    /// So many more took so long. Gives all that count; where that is more than so much time, it counts half from now on.
    fn add(&self, n_items: usize, took: Duration, memory: Duration) -> (usize, Duration) {
        let (n_items, took) = (self.n_items() + n_items, self.time() + took);
        let (mut kept, mut time) = (n_items, took);
        if took > memory {
            // What an item took stays the same, also where half an item would be left.
            kept = n_items.div_ceil(2);
            time = took.mul_f64(kept as f64 / n_items.max(1) as f64);
        }
        self.n_items.store(kept, Ordering::Relaxed);
        self.nanos.store(nanos(time), Ordering::Relaxed);
        (n_items, took)
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

    /// Runs so many calls of 1,000 items; gives how many were shared.
    fn run(calls: &Calls, n: usize, plain: Duration, shared: Duration) -> usize {
        let one = || {
            let is_shared = !calls.rest(Duration::ZERO) && !calls.want_plain_one();
            if is_shared {
                calls.was_shared(1_000, shared, shared)
            } else {
                calls.was_plain((1_000, plain), plain)
            }
            is_shared
        };
        (0..n).filter(|_| one()).count()
    }

    #[test]
    fn calls_are_shared_while_that_pays() {
        let calls = Calls::new();
        let n_shared = run(&calls, 1_000, 50 * MICRO, 30 * MICRO);
        let n_samples = 1 + 1_000 / (SAMPLED as usize + 1);
        assert_eq!(n_shared, 1_000 - n_samples, "{calls:?}");
    }

    #[test]
    fn averages_of_few_items_are_exact() {
        let average = Average::new();
        for _ in 0..100 {
            average.add(3, 15 * TRIAL, TRIAL);
        }
        assert_eq!(average.picos(), Some(5 * picos(TRIAL, 1)), "{average:?}");
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes")]
    fn trials_that_do_not_pay_lose_little() {
        for shared in [51, 52, 60, 75, 500, 5_000] {
            let calls = Calls::new();
            let n_shared = run(&calls, 50_000, 50 * MICRO, shared * MICRO);
            let (lost, all) = (n_shared as f64 * (shared as f64 - 50.0), 50_000.0 * 50.0);
            assert!(n_shared > 0 && lost <= all * 0.03, "{n_shared} of {shared} us, {calls:?}");
        }
    }

    #[test]
    fn calls_of_which_nobody_knows_how_many_items_they_have_are_shared_all_the_same() {
        let calls = Calls::new();
        let mut n_shared = 0;
        for _ in 0..1_000 {
            if calls.want_plain_one() {
                calls.was_plain((0, Duration::ZERO), 50 * MICRO);
            } else {
                n_shared += 1;
                calls.was_shared(1_000, 30 * MICRO, 50 * MICRO);
            }
        }
        assert!(n_shared > 900, "{calls:?}");
    }

    #[test]
    fn long_calls_are_judged_one_by_one() {
        let calls = Calls::new();
        calls.was_shared(1_000, TRIAL, 2 * TRIAL);
        assert!(!calls.rest(Duration::ZERO));
        calls.was_shared(1_000, 2 * TRIAL, TRIAL);
        assert!(calls.rest(Duration::ZERO) && !calls.rest(TRIAL * 1_000), "until they are over, within a call too");
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes")]
    fn a_neighbour_that_comes_is_noticed_and_one_that_leaves_too() {
        let calls = Calls::new();
        run(&calls, 1_000, 50 * MICRO, 30 * MICRO);
        assert!(run(&calls, 100, 50 * MICRO, 4_000 * MICRO) < 10, "{calls:?}");
        assert!(run(&calls, 5_000, 50 * MICRO, 30 * MICRO) > 2_000, "{calls:?}");
    }

    #[test]
    fn plain_calls_know_better_than_the_items_at_the_end_of_a_call() {
        let calls = Calls::new();
        calls.was_unpaid(1_000, TRIAL, TRIAL / 10);
        assert!(
            calls.rest(9 * TRIAL) && !calls.rest(10 * TRIAL),
            "nothing else is known, and half of it was lost at most"
        );
        calls.was_plain((1_000, 2 * TRIAL), 2 * TRIAL);
        assert!(!calls.rest(Duration::ZERO), "they did pay");
        calls.was_unpaid(1_000, TRIAL, TRIAL / 10);
        assert!(!calls.rest(Duration::ZERO));
    }

    #[test]
    fn other_data_end_a_rest() {
        let calls = Calls::new();
        calls.was_plain((1_000, TRIAL), TRIAL);
        calls.was_shared(1_000, 6 * TRIAL, 10 * TRIAL);
        assert!(calls.rest(Duration::ZERO), "so much longer than the plain call");
        calls.was_plain((1_000, 10 * TRIAL), 10 * TRIAL);
        calls.was_plain((1_000, 10 * TRIAL), 10 * TRIAL);
        assert!(!calls.rest(Duration::ZERO));
    }
}
