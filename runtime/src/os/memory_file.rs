//! A file in memory that two processes reach by its descriptor.

use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{fstat, ftruncate};
use rustix::io::{Errno, pread, pwrite};
use rustix::process::{Resource, getrlimit};

use super::memory::expect_much;
use crate::wire::message::RunReader;

/// Here it is read and written by system calls: whatever another process writes to it meanwhile is a wrong answer, and
/// nothing worse. Nobody can shorten it.
#[derive(Debug)]
pub(crate) struct MemoryFile(OwnedFd);

impl MemoryFile {
    /// An empty one, which no other program inherits.
    ///
    /// # Errors
    ///
    /// If there are no descriptors left, or the system has no such files.
    pub(crate) fn create() -> io::Result<Self> {
        create().map(Self)
    }

    pub(crate) fn of(file: OwnedFd) -> Self {
        Self(file)
    }

    pub(crate) fn descriptor(&self) -> &OwnedFd {
        &self.0
    }

    /// Another descriptor of it, by which it can only be read.
    pub(super) fn read_only(&self) -> io::Result<OwnedFd> {
        read_only(self.0.as_fd())
    }

    /// Makes it so long, if it is not yet.
    pub(super) fn grow(&self, len: u64) -> io::Result<()> {
        if self.len() >= len {
            return Ok(());
        }
        // Beyond this limit a file does not just fail to grow: a signal ends the process.
        if getrlimit(Resource::Fsize).current.is_some_and(|limit| len > limit) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(ftruncate(&self.0, len)?)
    }

    /// Writes all of `bytes`, which does not make it longer.
    pub(super) fn write(&self, mut place: u64, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match pwrite(&self.0, bytes, place) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => {
                    bytes = &bytes[n..];
                    place += n as u64;
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// How long it is.
    pub(super) fn len(&self) -> u64 {
        fstat(&self.0).map_or(0, |stat| stat.st_size as u64)
    }

    /// Gives back the memory of a part. What it held is gone.
    pub(super) fn discard(&self, part: Range<u64>) {
        // Failure keeps the memory until it is used again.
        discard(self.0.as_fd(), part).ok();
    }
}

// SAFETY: `read` returns when `into` is full, or gives an error.
unsafe impl RunReader for MemoryFile {
    fn size(&self) -> u64 {
        // A file may be said to be larger than what was written to it.
        fstat(&self.0).map_or(0, |stat| (stat.st_size as u64).min((stat.st_blocks as u64).saturating_mul(512)))
    }

    fn read(&self, place: u64, into: &mut [MaybeUninit<u8>]) -> Result<(), String> {
        expect_much(into);
        let mut n_read = 0;
        while n_read < into.len() {
            match pread(&self.0, &mut into[n_read..], place.saturating_add(n_read as u64)) {
                Ok(([], _)) => return Err("the file with its long runs ends early".to_owned()),
                Ok((read, _)) => n_read += read.len(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(format!("the file with its long runs cannot be read: {error}")),
            }
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn create() -> io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    let file = memfd_create("concurrent-futures-runs", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    // Access to a mapping beyond a file's end kills a process.
    fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(file)
}

#[cfg(target_os = "linux")]
fn read_only(file: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{Mode, OFlags, open};
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(open(link, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

#[cfg(target_os = "linux")]
fn discard(file: BorrowedFd<'_>, part: Range<u64>) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    Ok(fallocate(file, flags, part.start, part.end - part.start)?)
}

/// Not elsewhere: all goes through the socket.
#[cfg(not(target_os = "linux"))]
fn create() -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
fn read_only(_file: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(target_os = "linux"))]
fn discard(_file: BorrowedFd<'_>, _part: Range<u64>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
