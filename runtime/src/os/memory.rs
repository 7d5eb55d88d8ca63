//! Memory that two processes share.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;

use rustix::fs::ftruncate;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::wire::page::{Memory, SIZE};

/// A mapping of the page that a pool shares with a worker.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    start: NonNull<u8>,
}

impl SharedMemory {
    /// Fresh memory, full of zeros, and the descriptor by which another process maps it too.
    pub(crate) fn create() -> io::Result<(Self, OwnedFd)> {
        let file = anonymous_file()?;
        ftruncate(&file, SIZE as u64)?;
        seal(&file)?;
        let memory = Self::map(&file)?;
        Ok((memory, file))
    }

    /// The memory behind a descriptor that [`create`](Self::create) gave.
    pub(crate) fn map(file: impl AsFd) -> io::Result<Self> {
        let rights = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new mapping at an address of the system's choice touches nothing that there is.
        let start = unsafe { mmap(std::ptr::null_mut(), SIZE, rights, MapFlags::SHARED, file, 0) }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start })
    }
}

// SAFETY: the mapping is `SIZE` bytes at a page boundary, readable and writable until the value is dropped; this process
// touches it through `Page` alone, which uses atomics. Its file was made `SIZE` bytes long, and sealed to stay so where
// the system can.
unsafe impl Memory for SharedMemory {
    fn start(&self) -> *const u8 {
        self.start.as_ptr()
    }
}

// SAFETY: all access is through atomics, see `Memory`.
unsafe impl Send for SharedMemory {}
// SAFETY: all access is through atomics, see `Memory`.
unsafe impl Sync for SharedMemory {}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and nothing borrows it any more. Failure (impossible for a valid range) would leak it.
        unsafe { munmap(self.start.as_ptr().cast(), SIZE) }.ok();
    }
}

#[cfg(target_os = "linux")]
fn anonymous_file() -> io::Result<OwnedFd> {
    use rustix::fs::{MemfdFlags, memfd_create};
    Ok(memfd_create("concurrent-futures", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?)
}

/// Keeps the file as long as it is: access to a mapping beyond a file's end kills a process.
#[cfg(target_os = "linux")]
fn seal(file: &OwnedFd) -> io::Result<()> {
    use rustix::fs::{SealFlags, fcntl_add_seals};
    Ok(fcntl_add_seals(file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?)
}

#[cfg(not(target_os = "linux"))]
fn anonymous_file() -> io::Result<OwnedFd> {
    use std::fs::{OpenOptions, remove_file};
    use std::sync::atomic::{AtomicU64, Ordering};

    static NEXT: AtomicU64 = AtomicU64::new(0);
    // Relaxed: only the numbers must differ.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("concurrent-futures-{}-{number}", std::process::id()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    // The file lives on without a name, until both ends have dropped it.
    remove_file(&path)?;
    Ok(file.into())
}

/// There are no seals here. The file has no name, so nobody but the two processes can shorten it.
#[cfg(not(target_os = "linux"))]
fn seal(_file: &OwnedFd) -> io::Result<()> {
    Ok(())
}

/// Says that all of `memory`, which has just been allocated, is about to be written. Huge pages, where the system gives any
/// for the asking, take a quarter of the time that the same memory takes in small ones.
pub(super) fn expect_much(memory: &mut [MaybeUninit<u8>]) {
    #[cfg(target_os = "linux")]
    {
        use rustix::mm::{Advice, madvise};
        /// A huge page, on most machines.
        const HUGE: usize = 2 * 1024 * 1024;
        let skipped = memory.as_ptr().addr().next_multiple_of(HUGE) - memory.as_ptr().addr();
        let len = memory.len().saturating_sub(skipped) / HUGE * HUGE;
        if len > 0 {
            let inside = &mut memory[skipped..skipped + len];
            // SAFETY: memory that is ours alone, and advice that changes nothing of what it holds. Failure: the pages are
            // small.
            unsafe { madvise(inside.as_mut_ptr().cast(), len, Advice::LinuxHugepage) }.ok();
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}
