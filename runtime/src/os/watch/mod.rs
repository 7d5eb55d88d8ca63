//! Waiting for several descriptors at once.

#[cfg_attr(target_os = "linux", path = "epoll.rs")]
#[cfg_attr(not(target_os = "linux"), path = "poll.rs")]
mod imp;

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

pub(crate) use imp::Watch;

/// What to wait for on one descriptor. With neither, it is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

impl Interest {
    pub(crate) const READ: Self = Self { read: true, write: false };
    #[cfg(any(test, not(target_os = "linux")))]
    pub(crate) const NONE: Self = Self { read: false, write: false };
}

/// Waits until one of the descriptors can be read, or `limit` has passed. Says of each whether it can. May say early that
/// none can.
///
/// Wakers: the descriptors' other ends (a socket closes when its process ends), [`ring`](super::bell::Bell::ring) for a
/// bell, and the clock.
pub(crate) fn wait<const N: usize>(descriptors: [BorrowedFd<'_>; N], limit: Option<Duration>) -> io::Result<[bool; N]> {
    let mut polled = descriptors.map(|descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN));
    // A limit beyond what the system counts is none.
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    match poll(&mut polled, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(polled.map(|polled| !polled.revents().is_empty())),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::thread;

    use super::*;
    use crate::os::bell::Bell;

    const MOMENT: Duration = Duration::from_millis(1);

    #[test]
    fn what_is_ready_is_told_by_its_token_until_nobody_wants_to_know() {
        let (watch, bell) = (Watch::new().unwrap(), Bell::new().unwrap());
        watch.add(bell.as_fd(), 7, Interest::READ).unwrap();
        assert!(watch.wait(Some(MOMENT)).is_empty());
        bell.ring();
        assert_eq!((watch.wait(None), watch.wait(None)), (vec![7], vec![7]));
        watch.change(bell.as_fd(), 7, Interest::NONE);
        assert!(watch.wait(Some(MOMENT)).is_empty());
        watch.change(bell.as_fd(), 7, Interest::READ);
        assert_eq!(watch.wait(None), [7]);
        watch.remove(bell.as_fd());
        assert!(watch.wait(Some(MOMENT)).is_empty());
    }

    #[test]
    fn who_sleeps_sees_what_changes_meanwhile() {
        let (watch, bell) = (Watch::new().unwrap(), Bell::new().unwrap());
        watch.add(bell.as_fd(), 7, Interest::NONE).unwrap();
        thread::scope(|scope| {
            // Waker: the change, since the bell has been rung.
            scope.spawn(|| while watch.wait(None).is_empty() {});
            bell.ring();
            thread::sleep(MOMENT);
            watch.change(bell.as_fd(), 7, Interest::READ);
        });
    }
}
