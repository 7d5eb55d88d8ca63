//! Where helpers run: not on the core of a caller for whom they would have to wait there.
//!
//! A thread that is woken is put on a core by the system. Some put it on the core of who woke it, though others are free: of
//! virtual machines, for one, to wake few of them. A caller that goes on with its loop then keeps the helper from coming,
//! for milliseconds. So where one has not come in time, all are kept off the caller's core from then on, while they sleep. While
//! they work they may run anywhere, as must what the user's code starts meanwhile.

use crate::sync::{AtomicU64, AtomicUsize, Condvar, Mutex, Ordering};
use cores::Thread;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Waking a thread on another core takes 40 to 60 µs.
const LATE: Duration = Duration::from_micros(100);

/// How long they stay where they were put: callers on several cores may call the same ones.
const STAY: Duration = Duration::from_millis(5);

/// How long new threads are waited for at most.
const ARRIVAL: Duration = Duration::from_millis(1);

/// No core.
const NOWHERE: usize = usize::MAX;

thread_local! {
    /// Which of those that are called the calling thread is, if it is one.
    static INDEX: Cell<Option<usize>> = const { Cell::new(None) };
}

/// A thread that is called.
#[derive(Debug)]
struct Helper {
    thread: Thread,
    /// How many visits it is at, one within another.
    n_visits: usize,
}

/// Threads that are called, and when one was called that has not come yet.
#[derive(Debug)]
pub(super) struct Placement {
    /// How many calls wait for somebody to come.
    n_waiting: AtomicUsize,
    /// Since when they do, in nanoseconds from the beginning.
    since: AtomicU64,
    beginning: Instant,
    helpers: Mutex<Vec<Helper>>,
    /// Notified when there is the first of them.
    entered: Condvar,
    /// The core that they are kept off; changed under the lock of their list.
    avoided: AtomicUsize,
    /// Since when, in nanoseconds from the beginning.
    avoided_since: AtomicU64,
}

impl Placement {
    pub(super) fn new() -> Self {
        Self {
            n_waiting: AtomicUsize::new(0),
            since: AtomicU64::new(0),
            beginning: Instant::now(),
            helpers: Mutex::new(Vec::new()),
            entered: Condvar::new(),
            avoided: AtomicUsize::new(NOWHERE),
            avoided_since: AtomicU64::new(0),
        }
    }

    /// The calling thread is one of them.
    pub(super) fn enter(&self) {
        let mut helpers = self.helpers.lock();
        INDEX.set(Some(helpers.len()));
        helpers.push(Helper { thread: Thread::current(), n_visits: 0 });
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

    /// Somebody is called.
    pub(super) fn call(&self) {
        if self.n_waiting.load(Ordering::Relaxed) == 0 {
            self.since.store(self.now(), Ordering::Relaxed);
        }
        self.n_waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// The calling thread has come.
    pub(super) fn come(&self) {
        self.n_waiting.fetch_sub(1, Ordering::Relaxed);
        self.since.store(self.now(), Ordering::Relaxed);
        self.count(|n_visits| n_visits + 1);
    }

    /// The calling thread goes back to sleep.
    pub(super) fn go(&self) {
        self.count(|n_visits| n_visits - 1);
    }

    /// Puts the calling thread where it belongs by its number of visits.
    fn count(&self, change: impl FnOnce(usize) -> usize) {
        let Some(index) = INDEX.get() else { return };
        // Under the lock, so that nobody who looks takes it for a sleeper.
        let helper = &mut self.helpers.lock()[index];
        helper.n_visits = change(helper.n_visits);
        let avoided = self.avoided.load(Ordering::Relaxed);
        if avoided != NOWHERE {
            helper.thread.keep_off(if helper.n_visits > 0 { NOWHERE } else { avoided });
        }
    }

    /// Whether somebody is late, as the caller goes on though they are not busy: then all are kept off its core.
    pub(super) fn look(&self) {
        if self.n_waiting.load(Ordering::Relaxed) == 0 || INDEX.get().is_some() {
            return;
        }
        let now = self.now();
        let is_past = |since: &AtomicU64, time: Duration| {
            Duration::from_nanos(now.saturating_sub(since.load(Ordering::Relaxed))) >= time
        };
        if !is_past(&self.since, LATE) {
            return;
        }
        let (core, avoided) = (cores::current(), self.avoided.load(Ordering::Relaxed));
        if avoided == core || (avoided != NOWHERE && !is_past(&self.avoided_since, STAY)) {
            return;
        }
        let helpers = self.helpers.lock();
        let mut sleepers = helpers.iter().filter(|helper| helper.n_visits == 0).peekable();
        if sleepers.peek().is_some() {
            self.avoided.store(core, Ordering::Relaxed);
            self.avoided_since.store(now, Ordering::Relaxed);
            sleepers.for_each(|helper| helper.thread.keep_off(core));
        }
    }

    fn now(&self) -> u64 {
        self.beginning.elapsed().as_nanos() as u64
    }
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
    use rustix::thread::sched_getaffinity;
    use std::sync::mpsc::channel;
    use std::thread;

    #[test]
    fn who_does_not_come_in_time_is_kept_off_the_callers_core_until_it_does() {
        let own = sched_getaffinity(None).unwrap();
        if own.count() < 2 {
            return;
        }
        let placement = Placement::new();
        thread::sleep(LATE);
        thread::scope(|scope| {
            let ((say, said), (tell, told)) = (channel(), channel());
            let placement = &placement;
            scope.spawn(move || {
                placement.enter();
                let steps: [fn(&Placement); 3] = [|_| (), Placement::come, Placement::go];
                for step in steps {
                    say.send(sched_getaffinity(None).unwrap()).unwrap();
                    told.recv().unwrap();
                    step(placement);
                }
                say.send(sched_getaffinity(None).unwrap()).unwrap();
            });
            assert!(said.recv().unwrap() == own);
            placement.call();
            placement.since.store(u64::MAX, Ordering::Relaxed);
            placement.look();
            assert_eq!(placement.avoided.load(Ordering::Relaxed), NOWHERE, "there is time left");
            placement.since.store(0, Ordering::Relaxed);
            placement.look();
            let avoided = placement.avoided.load(Ordering::Relaxed);
            let mut others = own;
            others.unset(avoided);
            for (when, cores) in [("called", others), ("here", own), ("gone", others)] {
                tell.send(()).unwrap();
                assert!(said.recv().unwrap() == cores, "{when}");
            }
        });
    }

    #[test]
    fn who_works_is_left_alone() {
        let placement = Placement::new();
        thread::sleep(LATE);
        thread::scope(|scope| {
            let ((say, said), (tell, told)) = (channel(), channel());
            let placement = &placement;
            scope.spawn(move || {
                placement.enter();
                placement.call();
                placement.come();
                say.send(()).unwrap();
                told.recv().unwrap();
                placement.go();
            });
            said.recv().unwrap();
            placement.call();
            placement.since.store(0, Ordering::Relaxed);
            placement.look();
            assert_eq!(placement.avoided.load(Ordering::Relaxed), NOWHERE, "it is busy, not late");
            tell.send(()).unwrap();
        });
    }

    #[test]
    fn who_comes_is_not_late() {
        let placement = Placement::new();
        placement.call();
        placement.come();
        placement.since.store(0, Ordering::Relaxed);
        thread::sleep(LATE);
        placement.look();
        assert_eq!(placement.avoided.load(Ordering::Relaxed), NOWHERE);
    }
}
