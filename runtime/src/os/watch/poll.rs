//! Unix in general: the list is kept here, and who sleeps is woken when it changes.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Interest;
use crate::os::bell::Bell;
use crate::sync::{Arc, Mutex};

/// How long the system is left alone when it cannot tell who is ready.
const RESPITE: Duration = Duration::from_millis(1);

/// Descriptors that one thread waits for, and any thread may change.
#[derive(Debug)]
pub(crate) struct Watch {
    /// By the number of the original: a copy, which stays open while somebody waits for it.
    watched: Mutex<BTreeMap<RawFd, Watched>>,
    /// Rung after each change.
    changed: Bell,
}

#[derive(Clone, Debug)]
struct Watched {
    descriptor: Arc<OwnedFd>,
    token: u64,
    interest: Interest,
}

impl Watch {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { watched: Mutex::default(), changed: Bell::new()? })
    }

    /// Adds a descriptor, which [`wait`](Self::wait) tells of by `token`.
    pub(crate) fn add(&self, descriptor: BorrowedFd<'_>, token: u64, interest: Interest) -> io::Result<()> {
        let copy = Arc::new(descriptor.try_clone_to_owned()?);
        self.watched.lock().insert(descriptor.as_raw_fd(), Watched { descriptor: copy, token, interest });
        self.changed.ring();
        Ok(())
    }

    /// Waits for something else on a descriptor that was added.
    pub(crate) fn change(&self, descriptor: BorrowedFd<'_>, token: u64, interest: Interest) {
        if let Some(watched) = self.watched.lock().get_mut(&descriptor.as_raw_fd()) {
            (watched.token, watched.interest) = (token, interest);
        }
        self.changed.ring();
    }

    pub(crate) fn remove(&self, descriptor: BorrowedFd<'_>) {
        self.watched.lock().remove(&descriptor.as_raw_fd());
        self.changed.ring();
    }

    /// Waits until something can be done, or `limit` has passed. May come back early, with nothing.
    ///
    /// Wakers: the descriptors' other ends, changes, and the clock.
    pub(crate) fn wait(&self, limit: Option<Duration>) -> Vec<u64> {
        let is_awaited = |watched: &&Watched| watched.interest != Interest::NONE;
        let awaited: Vec<Watched> = self.watched.lock().values().filter(is_awaited).cloned().collect();
        let mut polled = vec![PollFd::new(&self.changed, PollFlags::IN)];
        for Watched { descriptor, interest, .. } in &awaited {
            let read = if interest.read { PollFlags::IN } else { PollFlags::empty() };
            let write = if interest.write { PollFlags::OUT } else { PollFlags::empty() };
            polled.push(PollFd::new(descriptor, read | write));
        }
        // A limit beyond what the system counts is none.
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        match poll(&mut polled, limit.as_ref()) {
            Ok(_) => {
                if !polled[0].revents().is_empty() {
                    self.changed.silence();
                }
                let is_ready = |polled: &PollFd<'_>| !polled.revents().is_empty();
                awaited
                    .iter()
                    .zip(&polled[1..])
                    .filter(|(_, polled)| is_ready(polled))
                    .map(|(it, _)| it.token)
                    .collect()
            }
            Err(Errno::INTR) => Vec::new(),
            Err(_) => {
                // A lack of memory, or a limit on descriptors that was lowered: nobody can tell, so all are asked. Waker:
                // the clock.
                thread::sleep(RESPITE);
                awaited.iter().map(|watched| watched.token).collect()
            }
        }
    }
}
