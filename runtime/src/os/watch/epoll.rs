//! Linux: the system keeps the list, and changes reach who sleeps.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};

use super::Interest;

/// How many descriptors are told of at a time. The others are the next time.
const AT_ONCE: usize = 64;

/// Descriptors that one thread waits for, and any thread may change.
#[derive(Debug)]
pub(crate) struct Watch(OwnedFd);

impl Watch {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self(epoll::create(CreateFlags::CLOEXEC)?))
    }

    /// Adds a descriptor, which [`wait`](Self::wait) tells of by `token`.
    pub(crate) fn add(&self, descriptor: BorrowedFd<'_>, token: u64, interest: Interest) -> io::Result<()> {
        Ok(epoll::add(&self.0, descriptor, EventData::new_u64(token), flags(interest))?)
    }

    /// Waits for something else on a descriptor that was added.
    pub(crate) fn change(&self, descriptor: BorrowedFd<'_>, token: u64, interest: Interest) {
        // It cannot fail for what is there, and what is not is not told of.
        epoll::modify(&self.0, descriptor, EventData::new_u64(token), flags(interest)).ok();
    }

    pub(crate) fn remove(&self, descriptor: BorrowedFd<'_>) {
        // As for `change`.
        epoll::delete(&self.0, descriptor).ok();
    }

    /// Waits until something can be done, or `limit` has passed. May come back early, with nothing.
    ///
    /// Wakers: the descriptors' other ends, and the clock.
    pub(crate) fn wait(&self, limit: Option<Duration>) -> Vec<u64> {
        let no_time = Timespec::default();
        let limit = match limit {
            Some(limit) => {
                // This counts nanoseconds, and the call below milliseconds. Failure is told by that too.
                super::wait([self.0.as_fd()], Some(limit)).ok();
                Some(&no_time)
            }
            None => None,
        };
        let mut space = [MaybeUninit::uninit(); AT_ONCE];
        // It fails only by being interrupted.
        let Ok((ready, _)) = epoll::wait(&self.0, &mut space, limit) else { return Vec::new() };
        ready.iter().map(|event| event.data.u64()).collect()
    }
}

fn flags(interest: Interest) -> EventFlags {
    match interest {
        // That the other end is gone is always told: here once, or it would be again and again.
        Interest { read: false, write: false } => EventFlags::ONESHOT,
        Interest { read: true, write: false } => EventFlags::IN,
        Interest { read: false, write: true } => EventFlags::OUT,
        Interest { read: true, write: true } => EventFlags::IN | EventFlags::OUT,
    }
}
