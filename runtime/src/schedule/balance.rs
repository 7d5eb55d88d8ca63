//! Whether workers pay: what a shared loop took, against what the plain loop would have.

use super::site::{Site, TELLING, work};
use std::time::{Duration, Instant};

/// For how long workers are given a chance before that is asked: some of it goes by until they are awake.
const TRIAL: Duration = Duration::from_micros(500);

/// How often it is asked afterwards.
const AGAIN: Duration = Duration::from_millis(20);

/// They do not pay above this part of the plain loop's time, in percent.
const MOST: u32 = 95;

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
    began: Instant,
    /// Since when the caller has been at the in-order part.
    in_order_since: Option<Instant>,
    sum: Account,
    /// The sum when it was last asked, and the time of the next.
    before: Account,
    next: Duration,
}

impl Balance {
    pub(crate) fn new() -> Self {
        let sum = Account::default();
        Self { began: Instant::now(), in_order_since: None, sum, before: sum, next: TRIAL }
    }

    /// The in-order part begins.
    pub(crate) fn enter_in_order(&mut self) {
        self.in_order_since = Some(Instant::now());
    }

    /// The in-order part has finished `n_items` more.
    pub(crate) fn leave_in_order(&mut self, n_items: usize) {
        let now = Instant::now();
        if let Some(since) = self.in_order_since.take() {
            self.sum.in_order += now - since;
        }
        self.sum.n_items += n_items;
        self.sum.elapsed = now - self.began;
    }

    /// Whether workers do not pay; `measured` is how many iterations of the parallel part were run, and their time. Until the
    /// loop `is_helped` (threads may have to be started first), that is left open for a while.
    pub(crate) fn is_unpaid(
        &mut self,
        site: &Site,
        measured: (usize, Duration),
        n_workers: usize,
        is_helped: bool,
    ) -> bool {
        if self.sum.elapsed < self.next || self.sum.n_items - self.before.n_items < 2 * n_workers {
            return false;
        }
        (self.sum.n_run, self.sum.parallel) = measured;
        let Account { n_run, parallel, in_order, elapsed, .. } = self.sum;
        let before = self.before;
        self.before = self.sum;
        if !is_helped && elapsed < AGAIN {
            self.next = elapsed + TRIAL;
            return false;
        }
        self.next = elapsed + AGAIN;
        let apart = parallel.saturating_sub(before.parallel) + (in_order - before.in_order);
        let plain = plain(site, n_run - before.n_run, apart);
        is_unpaid(plain, elapsed - before.elapsed)
    }

    /// The end: what the plain loop would have taken for what was run to its end, and whether workers have paid.
    pub(crate) fn close(&mut self, site: &Site, measured: (usize, Duration)) -> (Duration, bool) {
        self.leave_in_order(0);
        let Account { n_items, in_order, elapsed, .. } = self.sum;
        let work = parallel(n_items, measured) + in_order;
        let picos = (work.as_nanos() * 1000).checked_div(n_items as u128);
        if let Some(picos) = picos.map(|picos| u64::try_from(picos).unwrap_or(u64::MAX))
            // Taken apart, iterations take longer if anything.
            && (picos >= TELLING || site.item_picos().is_none_or(|known| picos < known))
        {
            site.remember_item(picos);
        }
        let plain = plain(site, n_items, work);
        (plain, !is_unpaid(plain, elapsed))
    }
}

fn is_unpaid(plain: Duration, elapsed: Duration) -> bool {
    elapsed * 100 > plain * MOST
}

/// What the parallel part of `n_items` took, of those `measured`.
fn parallel(n_items: usize, (n_run, time): (usize, Duration)) -> Duration {
    if n_run == 0 { Duration::ZERO } else { time.mul_f64((n_items as f64 / n_run as f64).min(1.0)) }
}

/// What the plain loop would have taken for `n_items` whose two parts took `apart`.
fn plain(site: &Site, n_items: usize, apart: Duration) -> Duration {
    let is_telling = apart.as_nanos() * 1000 >= u128::from(TELLING) * n_items as u128;
    match site.item_picos() {
        Some(picos) if !is_telling => work(picos, n_items).min(apart),
        _ => apart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn workers_pay_if_they_save_a_twentieth() {
        assert!(!is_unpaid(100 * MS, 95 * MS));
        assert!(is_unpaid(100 * MS, 96 * MS));
    }

    #[test]
    fn of_what_ran_ahead_only_what_was_used_counts() {
        assert_eq!(parallel(50, (100, 10 * MS)), 5 * MS);
        assert_eq!(parallel(100, (50, 10 * MS)), 10 * MS);
        assert_eq!(parallel(3, (0, Duration::ZERO)), Duration::ZERO);
    }

    #[test]
    fn short_iterations_are_judged_by_the_plain_loop() {
        let site = Site::new();
        assert_eq!(plain(&site, 1_000_000, 20 * MS), 20 * MS, "nothing else is known");
        site.remember_item(5_000);
        assert_eq!(plain(&site, 1_000_000, 20 * MS), 5 * MS);
        assert_eq!(plain(&site, 1_000, 20 * MS), 20 * MS, "20 µs each tell enough");
    }

    #[test]
    fn nothing_is_said_before_the_trial_is_over() {
        let mut balance = Balance::new();
        balance.leave_in_order(1_000);
        balance.sum.elapsed = TRIAL / 2;
        assert!(!balance.is_unpaid(&Site::new(), (1_000, MS), 2, true));
        balance.sum.elapsed = TRIAL * 2;
        assert!(balance.is_unpaid(&Site::new(), (1_000, MS), 2, true));
        assert!(!balance.is_unpaid(&Site::new(), (1_000, MS), 2, true), "asked again only after a while");
    }

    #[test]
    fn nothing_is_said_before_a_helper_has_come() {
        let mut balance = Balance::new();
        balance.leave_in_order(1_000);
        balance.sum.elapsed = TRIAL * 2;
        assert!(!balance.is_unpaid(&Site::new(), (1_000, MS), 2, false));
        balance.sum.n_items += 1_000;
        balance.sum.elapsed = AGAIN;
        assert!(balance.is_unpaid(&Site::new(), (2_000, MS), 2, false), "unless that takes too long");
    }
}
