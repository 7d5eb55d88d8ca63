//! A look at the clock at both ends of a call that is expected to be short: was it?
//!
//! A [`Pilot`](super::pilot::Pilot) finds out more, and touches twice as much memory, which a program that does other things in
//! between has to fetch each time.

use super::pilot::Left;
use super::site::Site;
use std::time::{Duration, Instant};

/// One call, which is expected to be over with its first strip.
#[derive(Debug)]
pub struct Glance {
    site: &'static Site,
    began: Instant,
    /// How many items there were at most when it began.
    at_most: Option<usize>,
    /// How many items the strip has.
    n_items: usize,
    /// Whether it has them for certain, or would stop there.
    is_exact: bool,
    /// Whether it had them.
    is_certain: bool,
    /// The call was longer.
    goes_on: bool,
}

impl Glance {
    /// A call that begins now, and how many items its strip has; `None` if nothing says that it is short.
    pub(crate) fn start(site: &'static Site, left: Left) -> Option<(Self, usize)> {
        let at_most = left.items.1;
        let n = site.short_strip(at_most)?;
        let n_items = at_most.map_or(n, |at_most| at_most.min(n));
        let is_exact = left.exact().is_some();
        let began = Instant::now();
        Some((Self { site, began, at_most, n_items, is_exact, is_certain: false, goes_on: false }, n))
    }

    /// The call has taken so long, up to the end of the strip or to where it was left.
    fn took(&self, time: Duration) {
        self.site.remember_strip(time, self.n_items, self.is_certain);
        if !self.goes_on {
            self.site.remember_total(time);
            self.site.remember_shortness(time, self.at_most);
        }
    }

    /// The strip has been run to its end, and something is left or not.
    pub(crate) fn strip_has_ended(&mut self, goes_on: bool) {
        (self.is_certain, self.goes_on) = (goes_on || self.is_exact, goes_on);
    }
}

impl Drop for Glance {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        self.took(self.began.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::ManuallyDrop;

    const MICRO: u64 = 1_000_000;

    fn exactly(n: usize) -> Left {
        Left { items: (n, Some(n)), all_run: true, cross: false }
    }

    /// A loop whose calls of up to ten iterations of a microsecond were short.
    fn short() -> &'static Site {
        let site = Box::leak(Box::new(Site::new()));
        site.remember_item(MICRO);
        site.remember_shortness(Duration::from_micros(10), Some(10));
        site
    }

    /// One more call of ten iterations, which has been running for so long when its strip ends, or when it is left.
    fn call(site: &'static Site, took: Duration, ended: Option<bool>) {
        let (glance, _) = Glance::start(site, exactly(10)).expect("it is known to be short");
        // What the clock says is not known.
        let mut glance = ManuallyDrop::new(glance);
        if let Some(goes_on) = ended {
            glance.strip_has_ended(goes_on);
        }
        glance.took(took);
    }

    #[test]
    fn only_calls_that_should_be_short_are_glanced_at() {
        let site = short();
        assert!(Glance::start(site, exactly(1000)).is_none());
        assert_eq!(Glance::start(site, exactly(10)).map(|(_, n)| n), Some(50), "a strip of 50 us");
        assert!(Glance::start(Box::leak(Box::new(Site::new())), exactly(1)).is_none(), "nothing is known");
    }

    #[test]
    fn a_call_that_took_long_is_not_expected_to_be_short_again() {
        let site = short();
        call(site, Duration::from_micros(1), Some(false));
        assert_eq!(site.short_strip(Some(10)), Some(500));
        call(site, Duration::from_millis(10), Some(false));
        assert_eq!(site.short_strip(Some(10)), None);
        assert_eq!(site.item_picos(), Some(1000 * MICRO));
        assert_eq!(site.last_total(), Some(Duration::from_millis(10)));
    }

    #[test]
    fn what_a_call_takes_that_goes_on_is_not_known() {
        let site = short();
        site.remember_total(Duration::from_secs(1));
        call(site, Duration::from_millis(1), Some(true));
        assert_eq!(site.last_total(), Some(Duration::from_secs(1)));
        assert_eq!(site.item_picos(), Some(100 * MICRO), "but what an iteration takes");
    }

    #[test]
    fn where_it_is_left_within_the_strip_iterations_may_only_be_longer() {
        let site = short();
        call(site, Duration::from_nanos(100), None);
        assert_eq!(site.item_picos(), Some(MICRO));
        call(site, Duration::from_millis(1), None);
        assert_eq!(site.item_picos(), Some(100 * MICRO));
    }
}
