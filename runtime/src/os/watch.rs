//! Waiting for several descriptors at once, and being woken from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::socket::{Moved, Socket};

/// What to wait for on one descriptor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interest<'fd> {
    pub(crate) descriptor: BorrowedFd<'fd>,
    /// Also for room to write.
    pub(crate) write: bool,
}

/// Waits until one of the descriptors is ready, or `limit` has passed. Says of each whether it is.
///
/// Wakers: the descriptors' other ends (a socket closes when its process ends), [`Bell::ring`] for a bell, and the clock.
pub(crate) fn wait(interests: &[Interest<'_>], limit: Option<Duration>) -> io::Result<Vec<bool>> {
    let mut polled: Vec<PollFd<'_>> = interests
        .iter()
        .map(|interest| {
            let write = if interest.write { PollFlags::OUT } else { PollFlags::empty() };
            PollFd::from_borrowed_fd(interest.descriptor, PollFlags::IN | write)
        })
        .collect();
    // A limit beyond what the system counts is none.
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    match poll(&mut polled, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(polled.iter().map(|polled| !polled.revents().is_empty()).collect()),
        Err(error) => Err(error.into()),
    }
}

/// Something to wait for that another thread can ring.
#[derive(Debug)]
pub(crate) struct Bell {
    rope: Socket,
    clapper: Socket,
}

impl Bell {
    pub(crate) fn new() -> io::Result<Self> {
        let (rope, clapper): (Socket, OwnedFd) = Socket::pair()?;
        Ok(Self { rope, clapper: Socket::of(clapper) })
    }

    /// Never blocks. A bell that is full of rings is rung already.
    pub(crate) fn ring(&self) {
        // Failure means that it is full, or that nobody will ever listen again.
        self.rope.send_now(&[1]).ok();
    }

    /// Forgets all rings so far.
    pub(crate) fn silence(&self) {
        let mut heard = Vec::with_capacity(64);
        while let Ok(Moved::Bytes(_)) = self.clapper.receive_now(&mut heard) {
            heard.clear();
        }
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.clapper.as_fd()
    }
}
