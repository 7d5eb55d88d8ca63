//! A mapping of a file in memory, to copy to and from: half the work of system calls that do the same.

use std::io;
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use super::memory_file::MemoryFile;

/// The first `len` bytes of a file. Of these, only what has memory may be touched.
#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping may be used and undone by any thread.
unsafe impl Send for Mapping {}
// SAFETY: what is copied when, and by whom, is up to the callers of the unsafe functions below.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// One that reaches up to `end`, or further: the file may come to do so too.
    pub(super) fn new(file: &MemoryFile, end: u64, rights: ProtFlags) -> io::Result<Self> {
        let len = usize::try_from(end).ok().and_then(usize::checked_next_power_of_two);
        let len = len.ok_or(io::ErrorKind::OutOfMemory)?;
        // SAFETY: a new mapping at an address of the system's choice touches nothing that there is.
        let start = unsafe { mmap(null_mut(), len, rights, MapFlags::SHARED, file.descriptor(), 0) }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, len })
    }

    /// Whether it holds so many bytes at a place.
    pub(super) fn holds(&self, place: u64, len: usize) -> bool {
        usize::try_from(place).is_ok_and(|place| place.checked_add(len).is_some_and(|end| end <= self.len))
    }

    /// Copies `bytes` to a place that it [holds](Self::holds).
    ///
    /// # Safety
    ///
    /// The mapping may be written, the file has memory there and keeps it, and nobody else uses that meanwhile.
    pub(super) unsafe fn write(&self, place: u64, bytes: &[u8]) {
        assert!(self.holds(place, bytes.len()), "beyond the mapping");
        // SAFETY: within the mapping, as was just asserted.
        let to = unsafe { self.start.add(place as usize) };
        // SAFETY: `to` begins so many bytes of the mapping, which our caller vouches for; they are no part of `bytes`, since
        // nobody borrows from a mapping.
        unsafe { to.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    /// Fills `into` with what is at a place that it [holds](Self::holds).
    ///
    /// # Safety
    ///
    /// The file has memory there and keeps it, and nobody writes to that meanwhile.
    pub(super) unsafe fn read(&self, place: u64, into: &mut [MaybeUninit<u8>]) {
        assert!(self.holds(place, into.len()), "beyond the mapping");
        // SAFETY: within the mapping, as was just asserted.
        let from = unsafe { self.start.add(place as usize) };
        // SAFETY: `from` begins so many bytes of the mapping, which our caller vouches for; they are no part of `into`, since
        // nobody borrows from a mapping.
        unsafe { into.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(from.as_ptr(), into.len()) };
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nothing borrows it any more. Failure (impossible for a valid range) would leak it.
        unsafe { munmap(self.start.as_ptr().cast(), self.len) }.ok();
    }
}
