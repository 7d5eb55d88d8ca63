//! Whether the next strip of a loop is run as it was written, or the rest is shared with workers.
//!
//! See the README beside this file for the rules and their constants.

use super::balance::{Balance, Closed};
use super::durations::{n_items, pays, work};
use super::rest::Rest;
use super::series;
use super::site::{STRIP, Site, TELLING, WORTH_SHARING};
use std::time::{Duration, Instant};

/// A strip that took less tells little: its code and data may only have come to the cache.
const WARM: Duration = Duration::from_micros(5);

/// What a strip should take where sharing did not pay.
const LONG_STRIP: Duration = Duration::from_millis(2);

/// A strip has so many times the items of the one before it at most: one fast strip is not a trend.
const GROWTH: usize = 4;

/// Of calls that are shorter than this, some are run plainly, to compare the others with.
const SHORT: Duration = Duration::from_millis(20);

/// Iterations of the plain loop that take so many times longer than shared ones, which did not pay twice, are another matter.
const CHANGED: u64 = 4;

/// What the options of a loop say about sharing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// When it pays.
    IfItPays,
    /// From the first item on, unless iterations are known to be so short that they cannot block: the user gave `workers`, and
    /// may know that the body does. Otherwise, when it pays.
    UnlessTiny,
    /// From the first item on.
    Always,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A strip of so many items.
    Plain(usize),
    /// Workers.
    Shared,
}

/// How many items are left, and how much that tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    /// At least and at most.
    pub(crate) items: (usize, Option<usize>),
    /// Whether all of them will be run, unless there is a panic.
    pub(crate) all_run: bool,
    /// Whether what workers make of each of them is handed over to the calling thread.
    pub(crate) cross: bool,
}

impl Left {
    /// The length of the rest, whether or not it is left early.
    #[inline]
    pub(super) fn exact(&self) -> Option<usize> {
        self.items.1.filter(|at_most| *at_most == self.items.0)
    }

    /// How many items will be run.
    #[inline]
    pub(crate) fn known(&self) -> Option<usize> {
        self.exact().filter(|_| self.all_run)
    }
}

/// Says whether there is anybody to share with, if so much work is to be shared that nobody has asked for yet.
pub(crate) type Helps<'a> = &'a dyn Fn(Duration) -> bool;

/// One call of a loop.
#[derive(Debug)]
pub struct Pilot {
    site: &'static Site,
    sharing: Sharing,
    /// When the call began, once somebody has looked.
    beginning: Option<Instant>,
    /// How many items there were at most when it began.
    at_most: Option<usize>,
    /// When the strip that runs was begun; `None`: nobody looks.
    began: Option<Instant>,
    /// How many items it has.
    n_items: usize,
    /// Whether it has them for certain, or would stop there.
    is_exact: bool,
    /// What the strips before it took, and the rest would have taken as strips.
    so_far: Duration,
    /// How many iterations were run in strips, as far as that is certain, and what these took.
    counted: (usize, Duration),
    /// Workers are next, behind an empty strip.
    is_shared: bool,
    /// Workers did not pay, as it seemed, and a plain strip is to show whether that is so.
    is_in_doubt: bool,
    /// It has.
    is_unpaid: bool,
    /// For how long it does without them then, and how long it had been running.
    rest: Rest,
    unpaid_since: Duration,
    /// What an iteration took with them.
    shared_picos: u64,
    /// What was shared, if anything was: how many items, what they took, and what they would have taken as strips, at most.
    shared: Option<(usize, Duration, Duration)>,
    /// For how much work helpers have been asked, with what was run before.
    asked_for: Duration,
    /// Whether this call is a plain one, to compare with, once that has been asked.
    is_sample: Option<bool>,
    /// Whether this call is shared as one of a series, once that has been asked.
    is_of_series: Option<bool>,
    /// Whether it tells how later calls fare with workers. The first call of a loop that may be left does not: where it is left
    /// decides how results are kept, and is not known yet.
    is_judged: bool,
}

impl Pilot {
    /// One more call, and the first turn of it.
    pub(crate) fn start(site: &'static Site, sharing: Sharing, left: Left, helps: Helps<'_>) -> (Self, Turn) {
        let mut pilot = Self::new(site, sharing, left);
        let turn = pilot.first(left, helps);
        if turn == Turn::Shared {
            pilot.is_shared = true;
            pilot.beginning();
        }
        (pilot, turn)
    }

    /// When the call began: when this is asked for the first time.
    fn beginning(&mut self) -> Instant {
        *self.beginning.get_or_insert_with(Instant::now)
    }

    /// A call which nobody has timed, because it should have been over by now: it begins like one of which nothing is known. Gives
    /// how many items the next strip has.
    pub(crate) fn start_late(site: &'static Site, sharing: Sharing, left: Left) -> (Self, usize) {
        let mut pilot = Self::new(site, sharing, left);
        let n = pilot.plain(1, left);
        (pilot, n)
    }

    fn new(site: &'static Site, sharing: Sharing, left: Left) -> Self {
        let so_far = Duration::ZERO;
        Self {
            site,
            sharing,
            beginning: None,
            at_most: left.items.1,
            began: None,
            n_items: 0,
            is_exact: false,
            so_far,
            counted: (0, so_far),
            is_shared: false,
            is_in_doubt: false,
            is_unpaid: false,
            rest: Rest::new(),
            unpaid_since: so_far,
            shared_picos: 0,
            shared: None,
            asked_for: so_far,
            is_sample: None,
            is_of_series: None,
            is_judged: left.all_run || site.last_total().is_some(),
        }
    }

    fn first(&mut self, left: Left, helps: Helps<'_>) -> Turn {
        if self.sharing == Sharing::Always {
            return Turn::Shared;
        }
        let Some(picos) = self.site.item_picos() else {
            return if self.sharing == Sharing::UnlessTiny { Turn::Shared } else { Turn::Plain(self.plain(1, left)) };
        };
        let may_block = self.sharing == Sharing::UnlessTiny && picos >= TELLING;
        if may_block || self.is_to_be_shared(picos, left, helps) {
            return Turn::Shared;
        }
        let n = strip(picos, left, STRIP);
        // Earlier calls may have had nothing to wait for.
        let n = if self.sharing == Sharing::UnlessTiny { n.min(GROWTH) } else { n };
        Turn::Plain(self.plain(n, left))
    }

    /// The strip has been run to its end, and this is left; `None`: nothing is. (Where the first turn is that of workers, the strip
    /// is an empty one, and they are next.)
    pub(crate) fn next(&mut self, left: Option<Left>, helps: Helps<'_>) -> Option<Turn> {
        if std::mem::take(&mut self.is_shared) {
            return left.map(|_| Turn::Shared);
        }
        let n_items = self.n_items;
        let (elapsed, picos) = self.strip_has_ended(left.is_some() || self.is_exact)?;
        let left = left?;
        let is_telling = elapsed >= if n_items > 1 { WARM } else { STRIP };
        if is_telling && self.is_to_be_shared(picos, left, helps) {
            self.is_unpaid = false;
            return Some(Turn::Shared);
        }
        let time = if self.is_unpaid { LONG_STRIP } else { STRIP };
        let n = strip(picos, left, time);
        Some(Turn::Plain(self.plain(n.min(n_items.max(1).saturating_mul(GROWTH)), left)))
    }

    /// What the loop knows about itself.
    pub(crate) fn site(&self) -> &'static Site {
        self.site
    }

    /// How many iterations are to come, if the loop is left when the last call was.
    pub(crate) fn exit(&self) -> Option<usize> {
        let ahead = self.site.last_total()?.checked_sub(self.so_far)?;
        Some(n_items(ahead, self.site.item_picos()?))
    }

    /// Workers have ended; `measured` is how many iterations of the parallel part were run, and their time.
    pub(crate) fn shared(&mut self, balance: &mut Balance, measured: (usize, Duration)) {
        let Closed { n_items, elapsed, work, at_most } = balance.close(self.site, measured);
        self.shared_picos = balance.shared_picos();
        self.so_far += work;
        // Where the loop was left at once, it tells nothing.
        if n_items > 0 {
            let (n_before, elapsed_before, before) = self.shared.unwrap_or_default();
            self.shared = Some((n_before + n_items, elapsed_before + elapsed, before + at_most));
        }
    }

    /// How many iterations were shared.
    #[cfg(test)]
    pub(crate) fn n_shared(&self) -> usize {
        self.shared.map_or(0, |(n_items, ..)| n_items)
    }

    /// Whether what the plain loop takes is known by strips of it.
    pub(crate) fn knows_plain(&self) -> bool {
        self.sharing == Sharing::IfItPays
    }

    /// Workers did not pay, as it seems, and leave something to the plain loop: a strip of so many items.
    pub(crate) fn go_on_alone(&mut self, left: Left) -> usize {
        let picos = self.site.item_picos().unwrap_or(1).max(self.shared_picos);
        self.is_in_doubt = true;
        // Items may become longer: it has no more of them than workers did.
        let most = self.shared.map_or(usize::MAX, |(n_items, ..)| n_items);
        self.plain(strip(picos, left, LONG_STRIP).min(most), left)
    }

    /// Begins a strip of `n` items.
    fn plain(&mut self, n: usize, left: Left) -> usize {
        self.n_items = left.items.1.map_or(n, |at_most| at_most.min(n));
        self.is_exact = left.exact().is_some();
        let now = Instant::now();
        self.beginning.get_or_insert(now);
        self.began = Some(now);
        n
    }

    /// How long the strip took that ends now, and an iteration in it, in picoseconds: at least so long if it did not have
    /// all its items for certain.
    fn strip_has_ended(&mut self, is_certain: bool) -> Option<(Duration, u64)> {
        let elapsed = self.began.take()?.elapsed();
        self.so_far += elapsed;
        if is_certain {
            let (n_items, time) = self.counted;
            self.counted = (n_items + self.n_items, time + elapsed);
        }
        Some((elapsed, self.site.remember_strip(elapsed, self.n_items, is_certain)))
    }

    /// Whether the rest is worth being shared, and there is somebody to share it with.
    fn is_to_be_shared(&mut self, picos: u64, left: Left, helps: Helps<'_>) -> bool {
        self.is_worth_sharing(picos, left) && {
            let whole = self.so_far + self.ahead(picos, left);
            let more = whole.saturating_sub(self.asked_for);
            self.asked_for += more;
            helps(more)
        }
    }

    fn is_worth_sharing(&mut self, picos: u64, left: Left) -> bool {
        if left.items.1.is_some_and(|at_most| at_most <= 1) || (left.cross && picos < TELLING) {
            return false;
        }
        if std::mem::take(&mut self.is_in_doubt) {
            // A strip has shown what the plain loop takes now, for such items and beside the same neighbours.
            self.site.looked();
            self.is_unpaid = !pays(self.shared_picos, picos);
            if self.is_unpaid {
                let (n_items, took, _) = self.shared.unwrap_or_default();
                self.rest.begin(took, took.saturating_sub(work(picos, n_items)));
                self.unpaid_since = self.so_far;
            }
        }
        // They may only have come late, or other programs have kept them from running.
        let rests = self.is_unpaid && self.rest.is_on(self.so_far - self.unpaid_since);
        if rests && picos / CHANGED < self.shared_picos {
            return false;
        }
        let ahead = self.ahead(picos, left);
        if self.so_far.is_zero() && n_items(ahead, picos) <= 1 {
            // The last call was left in its first iteration.
            return false;
        }
        let whole = self.so_far + ahead;
        if whole < WORTH_SHARING {
            // What has no length comes from an iterator that all wait for, and each result is moved once more.
            let is_slow = picos < TELLING && left.exact().is_none();
            return ahead >= series::SHORTEST && !is_slow && self.is_of_series();
        }
        let calls = &self.site.calls;
        let is_sample = match self.is_sample {
            // A slow strip is not a reason to give it up.
            Some(is_sample) => is_sample && whole < 2 * SHORT,
            None => whole < SHORT && *self.is_sample.insert(calls.want_plain_one()),
        };
        ahead >= WORTH_SHARING && !calls.rest(self.so_far) && !is_sample
    }

    /// Whether this call, which is too short to wake anybody for, is shared for the sake of the series that it belongs to, as
    /// long as that may be expected to go on.
    fn is_of_series(&mut self) -> bool {
        let (calls, beginning) = (&self.site.short_calls, self.beginning());
        *self.is_of_series.get_or_insert_with(|| {
            series::so_far(beginning) >= WORTH_SHARING && !calls.rest(Duration::ZERO) && !calls.want_plain_one()
        })
    }

    /// What the rest is expected to take.
    fn ahead(&self, picos: u64, left: Left) -> Duration {
        match left.known() {
            Some(n) => work(picos, n),
            // As long as the last call, or as long again as it has been running.
            None => {
                let last = self.site.last_total().unwrap_or_default().saturating_sub(self.so_far);
                let most = left.items.1.map_or(Duration::MAX, |n| work(picos, n));
                last.max(self.so_far).min(most)
            }
        }
    }
}

impl Drop for Pilot {
    fn drop(&mut self) {
        // Left within a strip, of which it did not have all items.
        self.strip_has_ended(false);
        if !self.so_far.is_zero() {
            self.site.remember_total(self.so_far);
        }
        if self.sharing == Sharing::IfItPays {
            self.site.remember_shortness(self.so_far, self.at_most);
        }
        if self.sharing == Sharing::Always || self.so_far < series::SHORTEST {
            return;
        }
        series::go_on(self.beginning(), Instant::now(), self.so_far);
        let site = self.site;
        let calls = if self.so_far < WORTH_SHARING { &site.short_calls } else { &site.calls };
        match self.shared {
            None => calls.was_plain(self.counted, self.so_far),
            Some(_) if !self.is_judged => {}
            // What strips took since then tells what they would have taken before.
            Some((n_items, took, _)) if self.is_unpaid => {
                calls.was_unpaid(n_items, took, work(site.item_picos().unwrap_or(0), n_items));
            }
            Some((n_items, took, plainly)) => calls.was_shared(n_items, took, plainly),
        }
    }
}

/// How many items a strip that takes so long has.
fn strip(picos: u64, left: Left, time: Duration) -> usize {
    let n = n_items(time, picos).clamp(1, usize::MAX / 2);
    match left.known() {
        // No strip of a few items at the end. (An iterator that says that it has none left has not ended yet.)
        Some(known) if known / 2 < n => known.max(1),
        _ => n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    const MICRO: u64 = 1_000_000;

    fn exactly(n: usize) -> Left {
        Left { items: (n, Some(n)), all_run: true, cross: false }
    }

    fn at_most(n: Option<usize>) -> Left {
        Left { items: (0, n), all_run: true, cross: false }
    }

    /// A site whose iterations take so many picoseconds.
    fn known(picos: u64) -> &'static Site {
        let site: &'static Site = Box::leak(Box::new(Site::new()));
        site.remember_item(picos);
        site
    }

    fn first(site: &'static Site, sharing: Sharing, left: Left) -> Turn {
        Pilot::start(site, sharing, left, &|_| true).1
    }

    #[test]
    fn a_loop_that_nobody_knows_begins_with_one_item() {
        let new = || -> &'static Site { Box::leak(Box::new(Site::new())) };
        assert_eq!(first(new(), Sharing::IfItPays, exactly(1000)), Turn::Plain(1));
        assert_eq!(first(new(), Sharing::UnlessTiny, exactly(1000)), Turn::Shared);
        assert_eq!(first(new(), Sharing::Always, exactly(1000)), Turn::Shared);
    }

    #[test]
    fn helpers_are_asked_for_each_piece_of_work_once() {
        let asked_for = RefCell::new(Vec::new());
        let helps = |work| {
            asked_for.borrow_mut().push(work);
            false
        };
        let (mut pilot, _) = Pilot::start(known(MICRO), Sharing::IfItPays, exactly(1000), &helps);
        pilot.so_far = Duration::from_micros(600);
        pilot.is_to_be_shared(MICRO, exactly(400), &helps);
        pilot.is_to_be_shared(2 * MICRO, exactly(400), &helps);
        assert_eq!(*asked_for.borrow(), [1000, 0, 400].map(Duration::from_micros));
    }

    #[test]
    fn what_is_worth_it_is_shared_at_once_if_somebody_helps() {
        let site = known(MICRO);
        assert_eq!(first(site, Sharing::IfItPays, exactly(1000)), Turn::Shared);
        assert_eq!(Pilot::start(site, Sharing::IfItPays, exactly(1000), &|_| false).1, Turn::Plain(50));
        assert_eq!(first(site, Sharing::IfItPays, exactly(99)), Turn::Plain(99), "no strip of a few items at the end");
        assert_eq!(
            first(known(1000 * MICRO), Sharing::IfItPays, exactly(1)),
            Turn::Plain(1),
            "there is nothing to share"
        );
    }

    #[test]
    fn short_iterations_are_not_shared_if_each_is_handed_over() {
        let (site, left) = (known(TELLING - 1), exactly(1_000_000));
        assert_eq!(first(site, Sharing::IfItPays, left), Turn::Shared);
        assert!(first(site, Sharing::IfItPays, Left { cross: true, ..left }) != Turn::Shared);
        assert_eq!(first(known(TELLING), Sharing::IfItPays, Left { cross: true, ..left }), Turn::Shared);
    }

    #[test]
    fn with_workers_given_whatever_may_block_is_shared_however_short() {
        let site = known(MICRO);
        site.calls.was_unpaid(1, Duration::from_secs(1), Duration::ZERO);
        assert_eq!(first(site, Sharing::UnlessTiny, exactly(20)), Turn::Shared);
        assert_eq!(first(known(TELLING - 1), Sharing::UnlessTiny, exactly(20)), Turn::Plain(GROWTH));
    }

    #[test]
    fn where_the_length_tells_nothing_the_last_call_does() {
        for left in [at_most(None), at_most(Some(100_000)), Left { all_run: false, ..exactly(100_000) }] {
            let site = known(MICRO);
            site.remember_total(Duration::from_micros(10));
            assert_eq!(first(site, Sharing::IfItPays, left), Turn::Plain(50));
            site.remember_total(Duration::from_millis(10));
            assert_eq!(first(site, Sharing::IfItPays, left), Turn::Shared);
        }
        let site = known(MICRO);
        site.remember_total(Duration::from_millis(10));
        assert_eq!(first(site, Sharing::IfItPays, at_most(Some(20))), Turn::Plain(50), "20 µs at most");
    }

    #[test]
    fn a_loop_is_expected_to_be_left_where_it_was() {
        let site = known(MICRO);
        let start = || Pilot::start(site, Sharing::Always, Left { all_run: false, ..exactly(1_000) }, &|_| true).0;
        assert_eq!(start().exit(), None);
        site.remember_total(Duration::from_micros(40));
        assert_eq!(start().exit(), Some(40));
        let mut later = start();
        later.so_far = Duration::from_micros(30);
        assert_eq!(later.exit(), Some(10));
        later.so_far = Duration::from_micros(41);
        assert_eq!(later.exit(), None, "it was not");
    }

    #[test]
    fn a_loop_that_was_left_in_its_first_iteration_is_shared_once_it_goes_on() {
        let site = known(1000 * MICRO);
        let left = |n| Left { all_run: false, ..exactly(n) };
        site.remember_total(Duration::from_millis(1));
        let (mut pilot, turn) = Pilot::start(site, Sharing::IfItPays, left(10), &|_| true);
        assert_eq!(turn, Turn::Plain(1));
        pilot.so_far = Duration::from_millis(1);
        assert!(pilot.is_worth_sharing(1000 * MICRO, left(9)));
    }

    #[test]
    fn in_a_series_short_iterations_are_shared_if_their_number_is_known() {
        // One that has not ended yet.
        let now = Instant::now();
        series::go_on(now, now + Duration::from_secs(60), WORTH_SHARING);
        let next = |picos, left| {
            let site = known(picos);
            site.remember_total(work(picos, 400));
            first(site, Sharing::IfItPays, left)
        };
        assert_eq!(next(TELLING - 1, exactly(400)), Turn::Shared);
        assert!(next(TELLING - 1, at_most(Some(400))) != Turn::Shared);
        assert!(next(TELLING - 1, at_most(None)) != Turn::Shared);
        assert_eq!(next(TELLING, at_most(None)), Turn::Shared);
    }

    #[test]
    fn workers_who_have_the_first_turn_come_behind_an_empty_strip() {
        let (mut pilot, turn) = Pilot::start(known(MICRO), Sharing::IfItPays, exactly(1000), &|_| true);
        assert_eq!(turn, Turn::Shared);
        assert_eq!(pilot.next(Some(exactly(1000)), &|_| false), Some(Turn::Shared));
    }

    #[test]
    fn a_loop_that_was_left_early_is_begun_without_a_look() {
        let left = Left { all_run: false, ..exactly(1_000_000) };
        let untimed_after = |sharing, total| {
            let site = known(MICRO);
            let (mut pilot, _) = Pilot::start(site, sharing, left, &|_| false);
            (pilot.began, pilot.so_far) = (None, total);
            drop(pilot);
            (0..10).find_map(|_| site.untimed_strip(left.items.1))
        };
        let (short, long) = (Duration::from_nanos(100), Duration::from_micros(20));
        assert_eq!(untimed_after(Sharing::IfItPays, short), Some(50));
        assert_eq!(untimed_after(Sharing::IfItPays, long), None);
        assert_eq!(untimed_after(Sharing::UnlessTiny, short), None, "it may block the next time");
        assert_eq!(untimed_after(Sharing::Always, short), None);
    }

    #[test]
    fn a_call_that_goes_on_behind_a_strip_without_a_look_begins_anew() {
        let (mut pilot, n) = Pilot::start_late(known(MICRO), Sharing::IfItPays, exactly(1000));
        assert_eq!(n, 1);
        let Some(Turn::Plain(n)) = pilot.next(Some(exactly(999)), &|_| false) else { panic!("{pilot:?}") };
        assert!((1..=GROWTH).contains(&n), "{n}");
    }

    #[test]
    fn strips_grow_by_a_bounded_factor() {
        let site = known(1);
        let (mut pilot, _) = Pilot::start(site, Sharing::IfItPays, exactly(usize::MAX), &|_| false);
        pilot.n_items = 3;
        let Some(Turn::Plain(n)) = pilot.next(Some(exactly(usize::MAX)), &|_| false) else { panic!("{pilot:?}") };
        assert!((1..=3 * GROWTH).contains(&n), "{n}");
    }

    #[test]
    fn where_workers_did_not_pay_only_longer_iterations_call_them_again() {
        let site = known(MICRO);
        let (mut pilot, turn) = Pilot::start(site, Sharing::IfItPays, exactly(100_000), &|_| true);
        assert_eq!(turn, Turn::Shared);
        pilot.so_far = work(MICRO, 10_000);
        pilot.shared_picos = MICRO;
        pilot.shared = Some((10_000, work(MICRO, 10_000), work(MICRO, 10_000)));
        assert_eq!(pilot.go_on_alone(exactly(90_000)), 2000);
        assert!(!pilot.is_worth_sharing(MICRO, exactly(80_000)));
        assert!(!pilot.is_worth_sharing(2 * MICRO, exactly(60_000)));
        assert!(pilot.is_worth_sharing(CHANGED * MICRO, exactly(60_000)));
        pilot.shared = Some((90_000, work(MICRO, 90_000), work(MICRO, 90_000)));
        pilot.so_far = work(MICRO, 100_000);
        pilot.began = None;
        drop(pilot);
        assert_eq!(
            first(site, Sharing::IfItPays, exactly(100_000)),
            Turn::Plain(50),
            "the next call does without them"
        );
    }

    #[test]
    fn a_look_is_no_longer_than_what_it_is_compared_with() {
        let (mut pilot, _) = Pilot::start(known(MICRO), Sharing::IfItPays, exactly(1_000), &|_| true);
        pilot.shared_picos = MICRO;
        pilot.shared = Some((100, work(MICRO, 100), work(MICRO, 100)));
        assert_eq!(pilot.go_on_alone(exactly(900)), 100, "though all would take less than 2 ms, as it seems");
    }

    #[test]
    fn a_strip_may_show_that_workers_do_pay() {
        let (mut pilot, _) = Pilot::start(known(MICRO), Sharing::IfItPays, exactly(100_000), &|_| true);
        pilot.shared_picos = MICRO;
        pilot.go_on_alone(exactly(90_000));
        assert!(pilot.is_worth_sharing(2 * MICRO, exactly(80_000)), "items became longer");
    }

    #[test]
    fn workers_that_did_not_pay_are_tried_again_when_their_loss_is_small_beside_the_plain_work() {
        let (mut pilot, _) = Pilot::start(known(MICRO), Sharing::IfItPays, exactly(10_000_000), &|_| true);
        let mut trial = |after: Duration| {
            pilot.so_far += after;
            let is_tried = pilot.is_worth_sharing(MICRO, exactly(8_000_000));
            if is_tried {
                // 8,000 iterations, which would have taken 8 ms plainly.
                let (n_items, took, plainly) = pilot.shared.unwrap_or_default();
                let (more, work) = (Duration::from_millis(10), Duration::from_millis(8));
                pilot.shared = Some((n_items + 8_000, took + more, plainly + work));
                (pilot.shared_picos, pilot.is_in_doubt) = (MICRO, true);
            }
            is_tried
        };
        let ms = Duration::from_millis;
        // What was lost is 2 ms, and then 4, of which it is twice as patient.
        assert_eq!(
            [0, 0, 39, 1, 0, 159, 1].map(|after| trial(ms(after))),
            [true, false, false, true, false, false, true]
        );
    }

    #[test]
    fn a_loop_that_was_shared_in_its_first_call_is_plain_in_the_second() {
        let site = known(MICRO);
        let call = |turn| {
            let (mut pilot, first) = Pilot::start(site, Sharing::IfItPays, exactly(10_000), &|_| true);
            assert_eq!(first, turn);
            if turn == Turn::Shared {
                let (time, plainly) = (work(MICRO / 2, 10_000), work(MICRO, 10_000));
                pilot.shared = Some((10_000, time, plainly));
            } else {
                pilot.counted = (10_000, work(MICRO, 10_000));
            }
            (pilot.so_far, pilot.began) = (work(MICRO, 10_000), None);
        };
        call(Turn::Shared);
        call(Turn::Plain(50));
        for _ in 0..10 {
            call(Turn::Shared);
        }
    }

    #[test]
    fn a_slow_strip_does_not_end_a_call_that_is_to_be_plain() {
        let site = known(MICRO);
        let (mut pilot, _) = Pilot::start(site, Sharing::IfItPays, exactly(10_000), &|_| true);
        pilot.is_sample = Some(true);
        assert!(!pilot.is_worth_sharing(3 * MICRO, exactly(9_000)), "27 ms");
        assert!(pilot.is_worth_sharing(5 * MICRO, exactly(9_000)), "45 ms");
    }

    #[test]
    fn the_first_call_of_a_loop_that_may_be_left_is_not_judged() {
        let left = Left { all_run: false, ..exactly(10_000) };
        for (site, is_judged) in [(known(MICRO), false), (known(MICRO), true)] {
            if is_judged {
                site.remember_total(work(MICRO, 10_000));
            }
            let (mut pilot, _) = Pilot::start(site, Sharing::Always, left, &|_| true);
            (pilot.so_far, pilot.began) = (work(MICRO, 10_000), None);
            pilot.shared = Some((10_000, work(2 * MICRO, 10_000), work(MICRO, 10_000)));
            pilot.sharing = Sharing::IfItPays;
            drop(pilot);
            assert_eq!(site.calls.rest(Duration::ZERO), is_judged);
        }
    }

    #[test]
    fn what_is_not_certain_only_makes_iterations_longer() {
        let site = known(MICRO);
        let (mut pilot, _) = Pilot::start(site, Sharing::IfItPays, at_most(Some(20)), &|_| false);
        assert_eq!(pilot.next(None, &|_| false), None);
        assert_eq!(site.item_picos(), Some(MICRO), "20 items at most, in no time");
        let (mut pilot, _) = Pilot::start(site, Sharing::IfItPays, at_most(Some(20)), &|_| false);
        pilot.began = pilot.began.map(|began| began - Duration::from_millis(1));
        drop(pilot);
        assert!(site.item_picos() >= Some(50 * MICRO), "left within a strip of 20 items that took a millisecond");
    }

    #[test]
    fn an_iterator_that_says_that_nothing_is_left_is_asked_all_the_same() {
        assert_eq!(strip(MICRO, exactly(0), STRIP), 1);
    }
}
