//! A mapping of a file in memory, to copy to and from: half the work of system calls that do the same.

use std::io;
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};
use std::slice;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use super::memory_file::MemoryFile;

/// The first `len` bytes of a file. Who touches any behind the end of the file is ended by a signal.
#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: a mapping may be used and undone by any thread.
unsafe impl Send for Mapping {}
// SAFETY: reading is atomic; what is written when, and by whom, is up to the callers of the unsafe function below.
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
    /// The mapping may be written, and nobody else in this process uses these bytes meanwhile.
    pub(super) unsafe fn write(&self, place: u64, bytes: &[u8]) {
        assert!(self.holds(place, bytes.len()), "beyond the mapping");
        // SAFETY: within the mapping, as was just asserted.
        let to = unsafe { self.start.add(place as usize) };
        // SAFETY: `to` begins so many bytes of the mapping, which our caller vouches for; they are no part of `bytes`, since
        // nobody borrows from a mapping.
        unsafe { to.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    /// Fills `into` with what is at a place that it [holds](Self::holds). What another process writes there meanwhile is a wrong
    /// answer, and nothing worse.
    pub(super) fn read(&self, place: u64, into: &mut [MaybeUninit<u8>]) {
        assert!(self.holds(place, into.len()), "beyond the mapping");
        // SAFETY: within the mapping, as was just asserted.
        let from = unsafe { self.start.add(place as usize) };
        // SAFETY: `from` begins so many bytes of the mapping, which may be read as long as it is borrowed. Others may change
        // them, in this process only who may `write`, and they are no part of `into`, since nobody borrows from a mapping.
        let from = unsafe { slice::from_raw_parts(from.as_ptr().cast::<AtomicU8>(), into.len()) };
        // SAFETY: any bytes make an atomic number. (It is as wide as may be read from memory that cannot be written.)
        let (head, words, tail) = unsafe { from.align_to::<AtomicUsize>() };
        let (to_head, rest) = into.split_at_mut(head.len());
        let (to_words, to_tail) = rest.as_chunks_mut::<{ size_of::<usize>() }>();
        // Relaxed: the message that told of the place orders what was written before it.
        let load = |byte: &AtomicU8| MaybeUninit::new(byte.load(Ordering::Relaxed));
        head.iter().zip(to_head).for_each(|(from, to)| *to = load(from));
        for (from, to) in words.iter().zip(to_words) {
            *to = from.load(Ordering::Relaxed).to_ne_bytes().map(MaybeUninit::new);
        }
        tail.iter().zip(to_tail).for_each(|(from, to)| *to = load(from));
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nothing borrows it any more. Failure (impossible for a valid range) would leak it.
        unsafe { munmap(self.start.as_ptr().cast(), self.len) }.ok();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_from_and_to_every_place() {
        let bytes: Vec<u8> = (0..200).collect();
        let file = MemoryFile::create().unwrap();
        file.grow(4096).unwrap();
        file.write(0, &bytes).unwrap();
        let mapping = Mapping::new(&file, 4096, ProtFlags::READ).unwrap();
        for (start, end) in (0..20).flat_map(|start| (start..start + 40).map(move |end| (start, end))) {
            for skipped in 0..9 {
                let mut into = [MaybeUninit::new(255); 60];
                mapping.read(start as u64, &mut into[skipped..skipped + end - start]);
                // SAFETY: all of it was made with a value.
                let read = into.map(|byte| unsafe { byte.assume_init() });
                assert_eq!(read[skipped..skipped + end - start], bytes[start..end]);
                assert!(read[..skipped].iter().chain(&read[skipped + end - start..]).all(|byte| *byte == 255));
            }
        }
    }
}
