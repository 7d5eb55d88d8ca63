//! Whether workers pay: what a shared loop took, against what the plain loop would have.

use super::durations::{pays, picos, work};
use super::site::{Site, TELLING};
use std::time::{Duration, Instant};

/// For how long workers are given a chance before that is asked: some of it goes by until they are awake.
const TRIAL: Duration = Duration::from_micros(500);

/// How often it is asked afterwards.
const AGAIN: Duration = Duration::from_millis(20);

/// After so long, what the plain loop takes is found out by a look, if never before: the first items of a call, whose code and data
/// may only have come to the cache, can be all that is known.
const LOOK: Duration = Duration::from_millis(10);

/// What has been run, and what that took.
#[derive(Debug, Clone, Copy, Default)]
struct Account {
    /// Iterations whose in-order part is done.
    n_items: usize,
    /// Iterations whose parallel part is: some of them ahead of the others.
    n_run: usize,
    /// The parallel part, on all threads together.
    parallel: Duration,
    /// The in-order part, on the caller.
    in_order: Duration,
    elapsed: Duration,
}

/// The account of one shared loop.
#[derive(Debug)]
pub(crate) struct Balance {
    /// The plain loop is known by its strips. Otherwise what it would have taken is what its two parts take, together.
    knows_plain: bool,
    began: Instant,
    /// Since when the caller has been at the in-order part.
    in_order_since: Option<Instant>,
    sum: Account,
    /// The sum when it was last asked, and the time of the next.
    before: Account,
    next: Duration,
    /// A helper has come.
    is_helped: bool,
    /// What an iteration took, with all its workers, when it was last asked.
    shared_picos: u64,
}

impl Balance {
    pub(crate) fn new(knows_plain: bool) -> Self {
        let sum = Account::default();
        Self {
            knows_plain,
            began: Instant::now(),
            in_order_since: None,
            sum,
            before: sum,
            next: TRIAL,
            is_helped: false,
            shared_picos: 0,
        }
    }

    /// What an iteration took, with all its workers, before they were found not to pay.
    pub(crate) fn shared_picos(&self) -> u64 {
        self.shared_picos
    }

    /// The in-order part begins `now`.
    pub(crate) fn enter_in_order(&mut self, now: Instant) {
        self.in_order_since = Some(now);
    }

    /// The in-order part has finished `n_items` more, by `now`.
    pub(crate) fn leave_in_order(&mut self, n_items: usize, now: Instant) {
        if let Some(since) = self.in_order_since.take() {
            self.sum.in_order += now - since;
        }
        self.sum.n_items += n_items;
        self.sum.elapsed = now - self.began;
    }

    /// Whether workers do not pay, as it seems, or a look is due in any case. `measured` gives how many iterations of the parallel
    /// part were run, and their time. That is left open for a while after the loop `is_helped` (threads may have to be started
    /// first).
    pub(crate) fn is_unpaid(
        &mut self,
        site: &Site,
        measured: impl Fn() -> (usize, Duration),
        n_workers: usize,
        is_helped: bool,
    ) -> bool {
        let elapsed = self.sum.elapsed;
        if is_helped && !self.is_helped {
            // What was run before that says nothing.
            (self.sum.n_run, self.sum.parallel) = measured();
            (self.is_helped, self.before, self.next) = (true, self.sum, elapsed + TRIAL);
        }
        let before = self.before;
        let is_late = elapsed >= if is_helped { self.next } else { AGAIN };
        if !is_late || self.sum.n_items - before.n_items < 2 * n_workers {
            return false;
        }
        (self.sum.n_run, self.sum.parallel) = measured();
        let Account { n_run, parallel, in_order, .. } = self.sum;
        let owes_look = self.knows_plain && !site.knows_plain();
        (self.before, self.next) = (self.sum, elapsed + if owes_look { LOOK } else { AGAIN });
        let apart = parallel.saturating_sub(before.parallel) + (in_order - before.in_order);
        // What runs is estimated, and may turn out to be less.
        let n_run = n_run.saturating_sub(before.n_run).max(1);
        let apart = picos(apart, n_run);
        let took = elapsed - before.elapsed;
        self.shared_picos = picos(took, n_run);
        !pays(self.shared_picos, self.plain(site, apart)) || (owes_look && elapsed >= LOOK)
    }

    /// The end.
    pub(crate) fn close(&mut self, site: &Site, measured: (usize, Duration)) -> Closed {
        self.leave_in_order(0, Instant::now());
        let Account { n_items, in_order, elapsed, .. } = self.sum;
        let apart = picos(parallel(n_items, measured) + in_order, n_items);
        let plain = self.plain(site, apart);
        if n_items > 0 {
            site.remember_item(plain);
        }
        // Items may have become longer than in the strip before; if it is the parts that take so long, calls will tell.
        let at_most = if apart < TELLING { plain } else { apart };
        Closed { n_items, elapsed, work: work(plain, n_items), at_most: work(at_most, n_items) }
    }

    /// What an iteration would have taken in the plain loop, whose two parts took `apart`.
    fn plain(&self, site: &Site, apart: u64) -> u64 {
        match site.item_picos() {
            // Taken apart, iterations take longer if anything.
            Some(known) if self.knows_plain || apart < TELLING => known.min(apart),
            _ => apart,
        }
    }
}

/// What there is to say of a shared loop at its end.
#[derive(Debug)]
pub(crate) struct Closed {
    /// How many iterations were run to their end, and in what time.
    pub(crate) n_items: usize,
    pub(crate) elapsed: Duration,
    /// What the plain loop would have taken for them, as it seems.
    pub(crate) work: Duration,
    /// What it would have taken at most.
    pub(crate) at_most: Duration,
}

/// What the parallel part of `n_items` took, of those `measured`.
fn parallel(n_items: usize, (n_run, time): (usize, Duration)) -> Duration {
    if n_run == 0 { Duration::ZERO } else { time.mul_f64((n_items as f64 / n_run as f64).min(1.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn of_what_ran_ahead_only_what_was_used_counts() {
        assert_eq!(parallel(50, (100, 10 * MS)), 5 * MS);
        assert_eq!(parallel(100, (50, 10 * MS)), 10 * MS);
        assert_eq!(parallel(3, (0, Duration::ZERO)), Duration::ZERO);
    }

    #[test]
    fn iterations_are_judged_by_the_plain_loop() {
        let (site, balance) = (Site::new(), Balance::new(true));
        assert_eq!(balance.plain(&site, 20_000), 20_000, "nothing else is known");
        site.remember_item(5_000);
        assert_eq!(balance.plain(&site, 20_000), 5_000);
        assert_eq!(balance.plain(&site, 4_000), 4_000, "the parts cannot take less than the whole");
    }

    #[test]
    fn long_iterations_that_were_never_run_plainly_are_judged_by_their_parts() {
        let (site, balance) = (Site::new(), Balance::new(false));
        site.remember_item(5_000);
        assert_eq!(balance.plain(&site, 20_000), 5_000);
        assert_eq!(balance.plain(&site, 20_000_000), 20_000_000);
    }

    #[test]
    fn nothing_is_said_before_the_trial_is_over() {
        let mut balance = Balance::new(true);
        assert!(!balance.is_unpaid(&Site::new(), || (0, Duration::ZERO), 2, true));
        let began = balance.sum.elapsed;
        balance.leave_in_order(1_000, Instant::now());
        balance.sum.elapsed = began + TRIAL / 2;
        assert!(!balance.is_unpaid(&Site::new(), || (1_000, MS), 2, true));
        balance.sum.elapsed = began + TRIAL * 2;
        assert!(balance.is_unpaid(&Site::new(), || (1_000, MS), 2, true));
        assert!(!balance.is_unpaid(&Site::new(), || (1_000, MS), 2, true), "asked again only after a while");
    }

    #[test]
    fn nothing_is_said_before_a_helper_has_come() {
        let mut balance = Balance::new(true);
        balance.leave_in_order(1_000, Instant::now());
        balance.sum.elapsed = TRIAL * 2;
        assert!(!balance.is_unpaid(&Site::new(), || (1_000, MS), 2, false));
        balance.sum.n_items += 1_000;
        balance.sum.elapsed = AGAIN;
        assert!(balance.is_unpaid(&Site::new(), || (2_000, MS), 2, false), "unless that takes too long");
    }

    #[test]
    fn an_estimate_that_was_too_high_does_no_harm() {
        let mut balance = Balance::new(true);
        assert!(!balance.is_unpaid(&Site::new(), || (1_000, MS), 2, true));
        balance.leave_in_order(1_000, Instant::now());
        balance.sum.elapsed += AGAIN;
        assert!(balance.is_unpaid(&Site::new(), || (900, MS), 2, true));
    }

    #[test]
    fn what_was_run_before_a_helper_came_does_not_count() {
        let (site, mut balance) = (Site::new(), Balance::new(true));
        site.looked();
        balance.leave_in_order(1_000, Instant::now());
        balance.sum.elapsed = 10 * MS;
        assert!(!balance.is_unpaid(&site, || (1_000, 10 * MS), 2, true));
        balance.sum.n_items += 1_000;
        balance.sum.elapsed += 5 * MS;
        assert!(!balance.is_unpaid(&site, || (2_000, 20 * MS), 2, true), "then they were twice as fast");
        balance.sum.n_items += 1_000;
        balance.sum.elapsed += AGAIN;
        assert!(balance.is_unpaid(&site, || (3_000, 20 * MS + AGAIN), 2, true));
    }

    #[test]
    fn what_only_the_first_items_have_told_is_looked_at_once() {
        let asked = |site: &Site| {
            let mut balance = Balance::new(true);
            balance.is_unpaid(site, || (0, Duration::ZERO), 2, true);
            balance.leave_in_order(1_000, Instant::now());
            balance.sum.elapsed += LOOK;
            balance.is_unpaid(site, || (1_000, 2 * LOOK), 2, true)
        };
        let site = Site::new();
        assert!(asked(&site), "though workers seem to pay");
        site.looked();
        assert!(!asked(&site));
        let site = Site::new();
        site.calls.was_plain((1_000, MS), MS);
        assert!(!asked(&site), "a whole call has told");
    }
}
