//! Files for long runs of bytes: what one process writes and another reads.

use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::mm::ProtFlags;

use super::mapping::Mapping;
use super::memory::expect_much;
use super::memory_file::MemoryFile;
use crate::sync::{Arc, Mutex};
use crate::wire::extents::Extents;
use crate::wire::message::RunReader;

/// How long memory is kept for the next run. New memory takes several times as long to fill.
const KEPT_TIME: Duration = Duration::from_secs(5);

/// A file to which this process alone writes.
///
/// Where it has memory from a run before, a run is copied through a mapping, which takes half the time of a system call;
/// new memory comes with the system call, whose failure is an error and no signal.
pub(crate) struct RunFile {
    file: MemoryFile,
    room: Mutex<Room>,
}

struct Room {
    extents: Extents,
    mapping: Option<Arc<Mapping>>,
    last_used: Instant,
}

/// The part of a file that a run has.
#[derive(Debug)]
pub(crate) struct Part(Range<u64>);

impl RunFile {
    /// An empty one. See [`MemoryFile::create`].
    pub(crate) fn create() -> io::Result<Self> {
        MemoryFile::create().map(Self::of)
    }

    /// An empty one that another process has created, and does not write to.
    pub(crate) fn of(file: MemoryFile) -> Self {
        let room = Room { extents: Extents::default(), mapping: None, last_used: Instant::now() };
        Self { file, room: Mutex::new(room) }
    }

    /// A descriptor by which it can only be read.
    pub(crate) fn read_only(&self) -> io::Result<OwnedFd> {
        self.file.read_only()
    }

    /// Writes a run somewhere, and tells where. `None`: the system has no memory for it, or does not allow such a file.
    pub(crate) fn write(&self, run: &[u8]) -> Option<(Part, u64)> {
        let (part, place, mapping) = {
            let mut room = self.room.lock();
            let (part, place, has_memory) = room.extents.take_for(run);
            // Under the lock, so that nobody makes it longer meanwhile.
            if self.file.grow(part.end).is_err() {
                room.extents.give_back(part, false);
                return None;
            }
            let mapping = if has_memory { room.mapping(&self.file, part.end) } else { None };
            (part, place, mapping)
        };
        if let Some(mapping) = mapping {
            // SAFETY: it may be written, and nobody else in this process uses the part.
            unsafe { mapping.write(place, run) };
        } else if self.file.write(place, run).is_err() {
            self.room.lock().extents.give_back(part, false);
            return None;
        }
        Some((Part(part), place))
    }

    /// Takes back parts whose runs nobody reads any more. Their memory is kept for the next.
    pub(crate) fn give_back(&self, parts: impl IntoIterator<Item = Part>) {
        let mut room = self.room.lock();
        room.last_used = Instant::now();
        parts.into_iter().for_each(|Part(part)| room.extents.give_back(part, true));
    }

    /// How many bytes are in use.
    pub(crate) fn in_use(&self) -> u64 {
        self.room.lock().extents.in_use()
    }

    /// Whether memory is kept for the next run.
    pub(crate) fn is_kept(&self) -> bool {
        self.room.lock().extents.is_kept()
    }

    /// Gives the kept memory back to the system if there has been no use for it for long.
    pub(crate) fn slim(&self) {
        let mut room = self.room.lock();
        if room.extents.is_kept() && room.last_used.elapsed() >= KEPT_TIME {
            room.mapping = None;
            // Under the lock, so that nobody is given a part meanwhile.
            room.extents.spare().into_iter().for_each(|part| self.file.discard(part));
        }
    }
}

impl Room {
    /// A mapping that reaches so far. `None`: the system refuses it.
    fn mapping(&mut self, file: &MemoryFile, end: u64) -> Option<Arc<Mapping>> {
        if self.mapping.as_ref().is_none_or(|mapping| !mapping.holds(0, end as usize)) {
            // The old one is undone when those who copy have done so.
            self.mapping = Mapping::new(file, end, ProtFlags::READ | ProtFlags::WRITE).ok().map(Arc::new);
        }
        self.mapping.clone()
    }
}

/// A file to which another process writes. That it is never shortened is trusted: otherwise a signal ends this process.
#[derive(Debug)]
pub(crate) struct TrustedFile {
    file: MemoryFile,
    mapping: Mutex<Option<Mapping>>,
}

impl TrustedFile {
    pub(crate) fn of(file: MemoryFile) -> Self {
        Self { file, mapping: Mutex::new(None) }
    }
}

// SAFETY: `read` leaves nothing out: neither the mapping nor the file does.
unsafe impl RunReader for TrustedFile {
    fn size(&self) -> u64 {
        self.file.size()
    }

    fn read(&self, place: u64, into: &mut [MaybeUninit<u8>]) -> Result<(), String> {
        let end = place.checked_add(into.len() as u64).filter(|end| *end <= self.file.len());
        let end = end.ok_or_else(|| "the file with its long runs ends early".to_owned())?;
        let mut mapping = self.mapping.lock();
        if mapping.as_ref().is_none_or(|mapping| !mapping.holds(place, into.len())) {
            *mapping = Mapping::new(&self.file, end, ProtFlags::READ).ok();
        }
        let Some(mapping) = &*mapping else { return self.file.read(place, into) };
        expect_much(into);
        mapping.read(place, into);
        Ok(())
    }
}
