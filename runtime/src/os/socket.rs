//! The private line between a pool and one worker.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::io::Errno;
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    Shutdown, recv, recvmsg, send, sendmsg, shutdown,
};

/// How much may wait in a socket: a large message takes fewer turns of the two processes than with what is usual (208 KiB).
const BUFFER: usize = 1024 * 1024;

/// How many descriptors may come with a message.
const PASSED: usize = 3;

/// One end of a socket pair. The pool's end never blocks.
#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

/// What became of an attempt to read or write without blocking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// So many bytes.
    Bytes(usize),
    /// None now.
    Full,
    /// None ever again: the other end is closed.
    Closed,
}

impl Socket {
    /// Two ends, which no other program inherits.
    pub(crate) fn pair() -> io::Result<(Self, OwnedFd)> {
        let (near, far) = UnixStream::pair()?;
        for end in [&near, &far] {
            // Failure: the system allows less, and keeps its own measure.
            set_socket_send_buffer_size(end, BUFFER).ok();
        }
        Ok((Self(near.into()), far.into()))
    }

    pub(crate) fn of(end: OwnedFd) -> Self {
        Self(end)
    }

    /// Sends what fits, at once.
    pub(crate) fn send_now(&self, bytes: &[u8]) -> io::Result<Moved> {
        moved(send(&self.0, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL))
    }

    /// Reads what is there, at once, behind the end of `into`, whose capacity must be larger than its length.
    pub(crate) fn receive_now(&self, into: &mut Vec<u8>) -> io::Result<Moved> {
        self.receive_with(into, RecvFlags::DONTWAIT)
    }

    /// Waits for bytes, and reads what is there. Waker: the other end, which writes, or closes when its process ends.
    pub(crate) fn receive(&self, into: &mut Vec<u8>) -> io::Result<Moved> {
        self.receive_with(into, RecvFlags::empty())
    }

    /// Sends everything; waits while there is no room. Waker: the other end, which reads, or closes when its process ends.
    pub(crate) fn send_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match moved(send(&self.0, bytes, SendFlags::NOSIGNAL))? {
                Moved::Bytes(n) => bytes = &bytes[n..],
                Moved::Full => {}
                Moved::Closed => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
        Ok(())
    }

    /// Tells the other end that nothing more will come.
    pub(crate) fn finish(&self) {
        // Failure: the other end is gone, and need not be told.
        shutdown(&self.0, Shutdown::Write).ok();
    }

    /// Sends `bytes`, which are few, together with up to [`PASSED`] descriptors.
    pub(crate) fn send_with(&self, bytes: &[u8], passed: &[BorrowedFd<'_>]) -> io::Result<Moved> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PASSED))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(passed)) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        moved(sendmsg(&self.0, &[io::IoSlice::new(bytes)], &mut ancillary, flags))
    }

    /// Waits for a message of exactly `bytes.len()` bytes, and takes the descriptors that came with it. Waker: as for
    /// [`receive`](Self::receive).
    pub(crate) fn receive_with_descriptors(&self, bytes: &mut [u8]) -> io::Result<Vec<OwnedFd>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PASSED))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::WAITALL | RecvFlags::CMSG_CLOEXEC;
        let n = recvmsg(&self.0, &mut [io::IoSliceMut::new(bytes)], &mut ancillary, flags)?.bytes;
        if n != bytes.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut passed = Vec::new();
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                passed.extend(descriptors);
            }
        }
        Ok(passed)
    }

    fn receive_with(&self, into: &mut Vec<u8>, flags: RecvFlags) -> io::Result<Moved> {
        loop {
            return match recv(&self.0, rustix::buffer::spare_capacity(into), flags) {
                // `recv` counts a close as a message of no bytes.
                Ok((0, _)) => Ok(Moved::Closed),
                Ok((n, _)) => Ok(Moved::Bytes(n)),
                Err(Errno::AGAIN) => Ok(Moved::Full),
                Err(Errno::INTR) => continue,
                Err(Errno::CONNRESET) => Ok(Moved::Closed),
                Err(error) => Err(error.into()),
            };
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn moved(sent: Result<usize, Errno>) -> io::Result<Moved> {
    match sent {
        Ok(n) => Ok(Moved::Bytes(n)),
        Err(Errno::AGAIN) => Ok(Moved::Full),
        // Tried again by the caller, as after a full buffer.
        Err(Errno::INTR) => Ok(Moved::Bytes(0)),
        Err(Errno::PIPE | Errno::CONNRESET) => Ok(Moved::Closed),
        Err(error) => Err(error.into()),
    }
}
