//! The long runs of arguments: in one file for all workers of a pool, which read it and cannot write to it. So an argument is
//! written once, before it is known who gets it, and is still there if that worker dies.

use std::io;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use crate::os::memory_file::MemoryFile;
use crate::sync::{Arc, Mutex};
use crate::wire::extents::Extents;
use crate::wire::message::RunWriter;

/// See the module.
pub(super) struct ArgumentFile {
    file: MemoryFile,
    room: Mutex<Room>,
}

struct Room {
    extents: Extents,
    last_used: Instant,
}

impl ArgumentFile {
    /// `None` if the system has no such files, or none left: then all goes through the sockets.
    pub(super) fn create() -> Option<Arc<Self>> {
        let file = MemoryFile::create().ok()?;
        // Asked for here so that it is not only found out when a worker is started.
        file.read_only().ok()?;
        let room = Mutex::new(Room { extents: Extents::default(), last_used: Instant::now() });
        Some(Arc::new(Self { file, room }))
    }

    /// What a worker gets.
    pub(super) fn for_worker(&self) -> io::Result<OwnedFd> {
        self.file.read_only()
    }

    /// Whether memory is kept for the next.
    pub(super) fn is_kept(&self) -> bool {
        self.room.lock().extents.is_kept()
    }

    /// Gives back the memory that nobody has used for so long.
    pub(super) fn give_back_after(&self, idle: Duration) {
        let mut room = self.room.lock();
        if room.extents.is_kept() && room.last_used.elapsed() >= idle {
            // Under the lock, so that nobody is given a part meanwhile.
            room.extents.spare().into_iter().for_each(|part| self.file.discard(part));
        }
    }
}

/// The long runs of the arguments of a batch. They are there until it is dropped, which is when no worker reads them any more.
pub(crate) struct ArgumentRuns {
    file: Option<Arc<ArgumentFile>>,
    parts: Vec<Range<u64>>,
}

impl ArgumentRuns {
    pub(super) fn new(file: Option<&Arc<ArgumentFile>>) -> Self {
        Self { file: file.cloned(), parts: Vec::new() }
    }
}

impl RunWriter for ArgumentRuns {
    fn write(&mut self, run: &[u8]) -> Option<u64> {
        let file = self.file.as_ref()?;
        let (part, place) = file.room.lock().extents.take_for(run);
        let written = file.file.write(place, run);
        self.parts.push(part);
        if written.is_err() {
            self.truncate(self.parts.len() - 1);
        }
        written.is_ok().then_some(place)
    }

    fn truncate(&mut self, n_runs: usize) {
        if let Some(file) = self.file.as_ref().filter(|_| n_runs < self.parts.len()) {
            let mut room = file.room.lock();
            room.last_used = Instant::now();
            self.parts.drain(n_runs..).for_each(|part| room.extents.give_back(part));
        }
    }
}

impl Drop for ArgumentRuns {
    fn drop(&mut self) {
        self.truncate(0);
    }
}
