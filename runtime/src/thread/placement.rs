//! Where helpers run: not on the core of a caller for whom they would have to wait there.
//!
//! A thread that is woken is put on a core by the system. Some put it on the core of who woke it, though others are free: of
//! virtual machines, for one, to wake few of them. A caller that goes on with its loop then keeps the helper from coming,
//! for milliseconds. So where one has not come in time, from then on those who sleep are kept off the caller's core before one is
//! woken. Who comes takes all its cores back first: while it works it may run anywhere, as must what the user's code starts
//! meanwhile. Between loops that follow each other helpers stay awake, and nothing is done.

use crate::schedule::series;
use crate::sync::{Arc, AtomicBool, AtomicU64, AtomicUsize, Condvar, Mutex, Ordering};
use cores::Thread;
use std::cell::OnceCell;
use std::time::{Duration, Instant};

/// Waking a thread on another core takes 40 to 60 µs.
const LATE: Duration = Duration::from_micros(100);

/// How long who is late stays where it was put: callers on several cores may wait for the same helpers.
const STAY: Duration = Duration::from_millis(5);

/// How long new threads are waited for at most.
const ARRIVAL: Duration = Duration::from_millis(1);

/// No core.
const NOWHERE: usize = usize::MAX;

thread_local! {
    /// What is known of the calling thread, if it is one of those that are called.
    static HELPER: OnceCell<Arc<Helper>> = const { OnceCell::new() };
}

/// A thread that is called.
#[derive(Debug)]
struct Helper {
    thread: Thread,
    /// Held while its cores are changed, so that nobody takes it for a sleeper meanwhile.
    whereabouts: Mutex<Whereabouts>,
}

#[derive(Debug)]
struct Whereabouts {
    /// How many visits it is at, one within another.
    n_visits: usize,
    /// The core that it is kept off, which it is only while it sleeps.
    avoided: usize,
    /// Since when it sleeps, or is kept off, in nanoseconds from the beginning.
    since: u64,
}

/// Threads that are called, and when one was called that has not come yet.
#[derive(Debug)]
pub(super) struct Placement {
    /// How many calls wait for somebody to come.
    n_waiting: AtomicUsize,
    /// Since when they do, in nanoseconds from the beginning.
    since: AtomicU64,
    beginning: Instant,
    helpers: Mutex<Vec<Arc<Helper>>>,
    /// Notified when there is the first of them.
    entered: Condvar,
    /// Somebody was late once.
    is_needed: AtomicBool,
}

impl Placement {
    pub(super) fn new() -> Self {
        Self {
            n_waiting: AtomicUsize::new(0),
            since: AtomicU64::new(0),
            beginning: Instant::now(),
            helpers: Mutex::new(Vec::new()),
            entered: Condvar::new(),
            is_needed: AtomicBool::new(false),
        }
    }

    /// The calling thread is one of them.
    pub(super) fn enter(&self) {
        let whereabouts = Whereabouts { n_visits: 0, avoided: NOWHERE, since: 0 };
        let helper = Arc::new(Helper { thread: Thread::current(), whereabouts: Mutex::new(whereabouts) });
        HELPER.with(|this| this.set(Arc::clone(&helper)).expect("a thread enters once"));
        self.helpers.lock().push(helper);
        self.entered.notify_one();
    }

    /// Blocks until one of the new threads is here, or for a millisecond. A system may also put those on the core of who
    /// starts them, which is free meanwhile.
    pub(super) fn wait_for_one(&self) {
        let helpers = self.helpers.lock();
        if helpers.is_empty() {
            // Waker: `enter` on the first thread that has started, or the time-out.
            drop(self.entered.wait_timeout(helpers, ARRIVAL));
        }
    }

    // Relaxed, here and below: times and places, which order nothing.

    /// Somebody is about to be called.
    pub(super) fn call(&self) {
        if self.n_waiting.fetch_add(1, Ordering::Relaxed) > 0 {
            return;
        }
        let now = self.now();
        self.since.store(now, Ordering::Relaxed);
        if self.is_needed.load(Ordering::Relaxed) && !is_helper() {
            // Who has just gone is awake, and comes from where it is.
            self.place(now, |sleeper| is_past(sleeper.since, series::GAP, now));
        }
    }

    /// Whether somebody is called who has not come yet.
    pub(super) fn is_called(&self) -> bool {
        self.n_waiting.load(Ordering::Relaxed) > 0
    }

    /// The calling thread has come.
    pub(super) fn come(&self) {
        self.n_waiting.fetch_sub(1, Ordering::Relaxed);
        self.since.store(self.now(), Ordering::Relaxed);
        with_helper(|thread, whereabouts| {
            whereabouts.n_visits += 1;
            if std::mem::replace(&mut whereabouts.avoided, NOWHERE) != NOWHERE {
                thread.keep_off(NOWHERE);
            }
        });
    }

    /// The calling thread goes back to sleep.
    pub(super) fn go(&self) {
        with_helper(|_, whereabouts| {
            whereabouts.n_visits -= 1;
            whereabouts.since = self.now();
        });
    }

    /// Whether somebody is late, as the caller goes on though they are not busy: then all are kept off its core.
    pub(super) fn look(&self) {
        if self.n_waiting.load(Ordering::Relaxed) == 0 || is_helper() {
            return;
        }
        let now = self.now();
        if is_past(self.since.load(Ordering::Relaxed), LATE, now) {
            self.place(now, |sleeper| sleeper.avoided == NOWHERE || is_past(sleeper.since, STAY, now));
        }
    }

    /// Keeps those sleepers who are `due` off the caller's core.
    fn place(&self, now: u64, due: impl Fn(&Whereabouts) -> bool) {
        let core = cores::current();
        for helper in &*self.helpers.lock() {
            let whereabouts = &mut *helper.whereabouts.lock();
            if whereabouts.n_visits == 0 && whereabouts.avoided != core && due(whereabouts) {
                helper.thread.keep_off(core);
                (whereabouts.avoided, whereabouts.since) = (core, now);
                self.is_needed.store(true, Ordering::Relaxed);
            }
        }
    }

    fn now(&self) -> u64 {
        self.beginning.elapsed().as_nanos() as u64
    }
}

/// Whether so much time has passed since then.
fn is_past(since: u64, time: Duration, now: u64) -> bool {
    Duration::from_nanos(now.saturating_sub(since)) >= time
}

/// Whether the calling thread is one of those that are called.
fn is_helper() -> bool {
    // A thread whose locals are gone is ending, and is called no more.
    HELPER.try_with(|this| this.get().is_some()).unwrap_or(false)
}

/// Changes what is known of the calling thread, if it is one of them.
fn with_helper(change: impl FnOnce(&Thread, &mut Whereabouts)) {
    HELPER.with(|this| {
        if let Some(helper) = this.get() {
            change(&helper.thread, &mut helper.whereabouts.lock());
        }
    });
}

#[cfg(all(target_os = "linux", not(miri)))]
mod cores {
    use rustix::thread::{self, CpuSet, Pid};

    /// A thread, and the cores that it was given.
    #[derive(Debug)]
    pub(super) struct Thread(Pid, CpuSet);

    impl Thread {
        /// The calling one.
        pub(super) fn current() -> Self {
            Self(thread::gettid(), thread::sched_getaffinity(None).unwrap_or_default())
        }

        /// Lets it run on all its cores but one. Where there is none left, or the system objects, nothing changes.
        pub(super) fn keep_off(&self, core: usize) {
            let Self(id, mut cores) = *self;
            if core < CpuSet::MAX_CPU {
                cores.unset(core);
            }
            if cores.count() > 0 {
                thread::sched_setaffinity(Some(id), &cores).ok();
            }
        }
    }

    /// Where the calling thread runs just now.
    pub(super) fn current() -> usize {
        thread::sched_getcpu()
    }
}

/// Elsewhere, nobody is late as far as we know.
#[cfg(not(all(target_os = "linux", not(miri))))]
mod cores {
    #[derive(Debug)]
    pub(super) struct Thread;

    impl Thread {
        pub(super) fn current() -> Self {
            Self
        }

        pub(super) fn keep_off(&self, _: usize) {}
    }

    pub(super) fn current() -> usize {
        super::NOWHERE
    }
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use super::*;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use std::sync::mpsc::channel;
    use std::thread;

    /// Has a helper do one thing after the other. Gives which cores it may run on then.
    type Helps<'test> = dyn Fn(fn(&Placement)) -> CpuSet + 'test;

    /// Runs `test` with a helper, unless there is a single core; `test` is told which cores there are.
    fn with_a_helper(test: impl FnOnce(&Placement, &Helps<'_>, CpuSet)) {
        let cores = || sched_getaffinity(None).expect("a thread may ask about itself");
        let own = cores();
        if own.count() < 2 {
            return;
        }
        let placement = &Placement::new();
        thread::scope(|scope| {
            let ((say, said), (tell, told)) = (channel(), channel::<fn(&Placement)>());
            scope.spawn(move || {
                for step in told {
                    step(placement);
                    say.send(cores()).expect("the test receives");
                }
            });
            let helps = |step| {
                tell.send(step).expect("the helper is there");
                said.recv().expect("the helper is there")
            };
            assert!(helps(Placement::enter) == own);
            // What was at the beginning is long ago.
            thread::sleep(STAY);
            test(placement, &helps, own);
            drop(tell);
        });
    }

    /// All cores but the one that the helper is kept off, which it must be.
    fn others(placement: &Placement, mut own: CpuSet) -> CpuSet {
        let avoided = placement.helpers.lock()[0].whereabouts.lock().avoided;
        assert!(avoided != NOWHERE);
        own.unset(avoided);
        own
    }

    fn is_kept_off(placement: &Placement) -> bool {
        placement.helpers.lock()[0].whereabouts.lock().avoided != NOWHERE
    }

    /// The helper went to sleep long ago, or just now.
    fn sleeps_since(placement: &Placement, since: u64) {
        placement.helpers.lock()[0].whereabouts.lock().since = since;
    }

    /// Whoever was called is late.
    fn look_late(placement: &Placement) {
        placement.since.store(0, Ordering::Relaxed);
        placement.look();
    }

    const NOT_YET: u64 = u64::MAX;

    #[test]
    fn who_does_not_come_in_time_is_kept_off_the_callers_core_until_it_does() {
        with_a_helper(|placement, helps, own| {
            placement.call();
            placement.since.store(NOT_YET, Ordering::Relaxed);
            placement.look();
            assert!(helps(|_| ()) == own, "there is time left");
            look_late(placement);
            assert!(helps(|_| ()) == others(placement, own), "called");
            assert!(helps(Placement::come) == own, "here");
            assert!(helps(Placement::go) == own, "gone");
        });
    }

    #[test]
    fn once_somebody_was_late_sleepers_are_kept_off_before_they_are_called() {
        with_a_helper(|placement, helps, own| {
            sleeps_since(placement, 0);
            placement.call();
            assert!(helps(|_| ()) == own, "nobody was late yet");
            look_late(placement);
            for _ in 0..3 {
                helps(Placement::come);
                helps(Placement::go);
                sleeps_since(placement, NOT_YET);
                placement.call();
                assert!(helps(|_| ()) == own, "it is awake");
                helps(Placement::come);
                helps(Placement::go);
                sleeps_since(placement, 0);
                placement.call();
                assert!(helps(|_| ()) == others(placement, own), "it sleeps");
                assert!(helps(Placement::come) == own, "it is here");
                helps(Placement::go);
                placement.call();
            }
        });
    }

    #[test]
    fn who_was_called_awake_but_fell_asleep_is_late_too() {
        with_a_helper(|placement, helps, own| {
            placement.call();
            look_late(placement);
            helps(Placement::come);
            helps(Placement::go);
            placement.call();
            sleeps_since(placement, NOT_YET);
            look_late(placement);
            assert!(helps(|_| ()) == others(placement, own));
        });
    }

    #[test]
    fn who_works_is_left_alone() {
        with_a_helper(|placement, helps, own| {
            placement.call();
            look_late(placement);
            // One visit within another, as where a body has a loop of its own, or waits for something and is handed a job.
            let steps: [fn(&Placement); 4] = [Placement::come, Placement::come, Placement::go, |_| ()];
            for step in steps {
                placement.n_waiting.store(1, Ordering::Relaxed);
                helps(step);
                sleeps_since(placement, 0);
                placement.n_waiting.store(0, Ordering::Relaxed);
                placement.call();
                look_late(placement);
                assert!(!is_kept_off(placement) && helps(|_| ()) == own, "it is busy, not late");
            }
        });
    }

    #[test]
    fn helpers_who_call_move_nobody() {
        with_a_helper(|placement, helps, own| {
            placement.is_needed.store(true, Ordering::Relaxed);
            let cores = helps(|placement| {
                placement.call();
                look_late(placement);
            });
            assert!(!is_kept_off(placement) && cores == own);
        });
    }

    #[test]
    fn each_caller_has_sleepers_kept_off_its_own_core() {
        with_a_helper(|placement, helps, own| {
            placement.is_needed.store(true, Ordering::Relaxed);
            let mut cores = (0..CpuSet::MAX_CPU).filter(|core| own.is_set(*core));
            let (first, second) = (cores.next().unwrap(), cores.next().unwrap());
            let run_on = |core| {
                let mut only = CpuSet::new();
                only.set(core);
                sched_setaffinity(None, &only).unwrap();
            };
            for core in [first, second, first] {
                run_on(core);
                sleeps_since(placement, 0);
                placement.call();
                helps(|_| ());
                assert_eq!(placement.helpers.lock()[0].whereabouts.lock().avoided, core);
                helps(Placement::come);
                helps(Placement::go);
            }
            placement.call();
            look_late(placement);
            run_on(second);
            for (since, avoided) in [(NOT_YET, first), (0, second)] {
                sleeps_since(placement, since);
                look_late(placement);
                assert_eq!(placement.helpers.lock()[0].whereabouts.lock().avoided, avoided, "not to and fro");
            }
            sched_setaffinity(None, &own).unwrap();
        });
    }

    #[test]
    fn who_comes_is_not_late() {
        with_a_helper(|placement, _, _| {
            placement.call();
            placement.come();
            look_late(placement);
            assert!(!is_kept_off(placement));
        });
    }
}
