//! A borrowed value which jobs on other threads may visit until it is taken back.
//!
//! This is the only place where a borrow of the caller's stack reaches other threads. A job that has
//! not started when the lease ends finds it ended and touches nothing, so nobody waits for queued jobs.

use crate::sync::{Arc, AtomicBool, Condvar, Mutex, Ordering};

/// Something that other threads may visit.
pub(crate) trait Visited: Sync {
    /// What a visitor does. Whoever waits for a visitor's work must not depend on its end if it unwinds.
    fn visit(&self);
}

/// The right to visit one value, until its [`Grant`] ends.
pub(crate) struct Lease {
    /// Changed under the lock of the number of visitors.
    is_open: AtomicBool,
    n_visitors: Mutex<usize>,
    /// Notified by the last visitor that leaves.
    left: Condvar,
    value: *const (),
    visit: unsafe fn(*const ()),
}

// SAFETY: `value` is only ever used as `&T` with `T: Visited` (hence `Sync`), and only while the lease is open, for which
// time who granted it keeps the value in place; see `Grant::new` and `visit`.
unsafe impl Send for Lease {}
// SAFETY: as for `Send`; the other fields are `Sync`.
unsafe impl Sync for Lease {}

/// What the owner of the value keeps. Dropping it [revokes](Self::revoke) the lease.
pub(crate) struct Grant(Arc<Lease>);

impl Grant {
    /// Opens `value` for visitors.
    ///
    /// # Safety
    ///
    /// `value` must stay valid and in place until the grant is revoked or dropped, one of which must come.
    pub(crate) unsafe fn new<T: Visited>(value: *const T) -> Self {
        unsafe fn visit<T: Visited>(value: *const ()) {
            // SAFETY: the caller passes the pointer that `Grant::new` got for this very `T`, while it is valid.
            let value = unsafe { &*value.cast::<T>() };
            value.visit();
        }
        Self(Arc::new(Lease {
            is_open: AtomicBool::new(true),
            n_visitors: Mutex::new(0),
            left: Condvar::new(),
            value: value.cast(),
            visit: visit::<T>,
        }))
    }

    /// What visitors need.
    pub(crate) fn lease(&self) -> Arc<Lease> {
        Arc::clone(&self.0)
    }

    /// Ends the lease: lets nobody in any more, and blocks until the last visitor has left (who notifies).
    pub(crate) fn revoke(&self) {
        let mut n_visitors = self.0.n_visitors.lock();
        // Relaxed, here and below: the lock orders it for those who visit, and who only looks does not touch the value.
        self.0.is_open.store(false, Ordering::Relaxed);
        while *n_visitors > 0 {
            // Waker: the `Leave` of the last visitor, which is dropped however the visit ends.
            n_visitors = self.0.left.wait(n_visitors);
        }
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        self.revoke();
    }
}

impl Lease {
    /// Whether visitors are let in.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// Visits the value, or does nothing if the lease has ended; says which.
    pub(crate) fn visit(&self) -> bool {
        {
            let mut n_visitors = self.n_visitors.lock();
            if !self.is_open() {
                return false;
            }
            *n_visitors += 1;
        }
        let _leave = Leave(self);
        // SAFETY: the lease was open when this visitor was counted, and `Grant::revoke`, before which
        // the value stays valid, does not return until `_leave` has counted it out again.
        unsafe { (self.visit)(self.value) };
        true
    }
}

struct Leave<'lease>(&'lease Lease);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut n_visitors = self.0.n_visitors.lock();
        *n_visitors -= 1;
        if *n_visitors == 0 && !self.0.is_open() {
            // Under the lock: once it is released, `revoke` may return (the `Arc` keeps `left` alive).
            self.0.left.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;

    struct Counted(AtomicUsize);

    impl Visited for Counted {
        fn visit(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn nobody_visits_after_the_end() {
        let value = Counted(AtomicUsize::new(0));
        // SAFETY: `value` outlives the call of `revoke` below.
        let grant = unsafe { Grant::new(&raw const value) };
        let lease = grant.lease();
        lease.visit();
        grant.revoke();
        lease.visit();
        assert_eq!(value.0.into_inner(), 1);
    }

    #[test]
    fn an_unwinding_owner_ends_it_too() {
        let value = Counted(AtomicUsize::new(0));
        let mut kept = None;
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            // SAFETY: `value` outlives this closure, at whose end the grant is dropped.
            let grant = unsafe { Grant::new(&raw const value) };
            kept = Some(grant.lease());
            grant.lease().visit();
            panic!("before it is revoked");
        }));
        assert!(ended.is_err());
        kept.expect("the closure has set it").visit();
        assert_eq!(value.0.into_inner(), 1);
    }

    #[test]
    fn the_end_waits_for_visitors() {
        struct Blocked(Mutex<mpsc::Receiver<()>>, AtomicUsize);
        impl Visited for Blocked {
            fn visit(&self) {
                self.1.store(1, Ordering::Release);
                self.0.lock().recv().expect("the test sends once");
                self.1.store(2, Ordering::Release);
            }
        }
        let (release, released) = mpsc::channel();
        let value = Blocked(Mutex::new(released), AtomicUsize::new(0));
        // SAFETY: `value` outlives the call of `revoke` below.
        let grant = unsafe { Grant::new(&raw const value) };
        let lease = grant.lease();
        thread::scope(|scope| {
            scope.spawn(|| lease.visit());
            while value.1.load(Ordering::Acquire) == 0 {
                thread::yield_now();
            }
            release.send(()).expect("the visitor receives");
            grant.revoke();
            assert_eq!(value.1.load(Ordering::Acquire), 2);
        });
    }
}
