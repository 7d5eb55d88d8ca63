//! Being woken by another thread while waiting for descriptors.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::Wake;

use crate::sync::Arc;

/// Something to wait for that another thread can ring. As a [`Waker`](std::task::Waker), it rings when woken.
#[derive(Debug)]
pub(crate) struct Bell(imp::Bell);

impl Bell {
    pub(crate) fn new() -> io::Result<Self> {
        imp::Bell::new().map(Self)
    }

    /// Never blocks. A bell that is full of rings is rung already.
    pub(crate) fn ring(&self) {
        self.0.ring();
    }

    /// Forgets all rings so far.
    pub(crate) fn silence(&self) {
        self.0.silence();
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.0.as_fd()
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use rustix::event::{EventfdFlags, eventfd};

    use super::{OwnedFd, io};

    #[derive(Debug)]
    pub(super) struct Bell(pub(super) OwnedFd);

    impl Bell {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
        }

        pub(super) fn ring(&self) {
            // Failure: it has been rung 2⁶⁴ times.
            rustix::io::write(&self.0, &1_u64.to_ne_bytes()).ok();
        }

        pub(super) fn silence(&self) {
            // Failure: it was silent.
            rustix::io::read(&self.0, &mut [0; 8]).ok();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::super::socket::{Moved, Socket};
    use super::{OwnedFd, io};

    #[derive(Debug)]
    pub(super) struct Bell(pub(super) Socket, Socket);

    impl Bell {
        pub(super) fn new() -> io::Result<Self> {
            let (rope, clapper): (Socket, OwnedFd) = Socket::pair()?;
            Ok(Self(Socket::of(clapper), rope))
        }

        pub(super) fn ring(&self) {
            // Failure means that it is full, or that nobody will ever listen again.
            self.1.send_now(&[1]).ok();
        }

        pub(super) fn silence(&self) {
            let mut heard = Vec::with_capacity(64);
            while let Ok(Moved::Bytes(_)) = self.0.receive_now(&mut heard) {
                heard.clear();
            }
        }
    }
}
