//! The answers of a worker: several are sent together, and none is lost if the worker dies before that.

use std::io::{self, Write};
use std::time::Duration;

use crate::os::memory::SharedMemory;
use crate::os::socket::Socket;
use crate::wire::frame::{HEADER, Header, Kind};
use crate::wire::page::{KEPT, Page};

/// How many answers are kept back at most, so that the pool can send more before the worker runs dry.
const COUNT: usize = 64;

/// How long an answer is kept back by short tasks after it.
const AGE: Duration = Duration::from_micros(100);

/// Answers on their way out.
pub(super) struct Answers<'a> {
    socket: &'a Socket,
    page: &'a Page<SharedMemory>,
    /// Committed but not sent.
    kept: Vec<u8>,
    n_kept: usize,
    /// When the task started whose answer is the oldest of those kept.
    oldest: u64,
    /// How many bytes of answers there have been, sent or kept.
    position: u64,
}

impl<'a> Answers<'a> {
    pub(super) fn new(socket: &'a Socket, page: &'a Page<SharedMemory>) -> Self {
        Self { socket, page, kept: Vec::new(), n_kept: 0, oldest: 0, position: 0 }
    }

    /// How many bytes of answers there have been.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Gives an answer. `frame` has room for the header in front, and `started` is when the task started.
    pub(super) fn give(&mut self, kind: Kind, number: u64, started: u64, frame: &mut [u8]) -> io::Result<()> {
        let header = Header { kind, number, len: frame.len() - HEADER };
        frame[..HEADER].copy_from_slice(&header.to_bytes());
        if self.kept.len() + frame.len() > KEPT {
            self.flush()?;
        }
        let position = self.position + frame.len() as u64;
        if frame.len() > KEPT {
            io::stdout().flush().ok();
            self.socket.send_all(frame)?;
        } else {
            if self.n_kept == 0 {
                self.oldest = started;
            }
            self.kept.extend_from_slice(frame);
            self.n_kept += 1;
        }
        self.page.record(self.position, frame);
        self.position = position;
        // From here on the task counts as done, whatever becomes of this process.
        self.page.commit(position);
        Ok(())
    }

    /// Sends everything if it is much, and no more than `n_waiting` tasks wait here.
    pub(super) fn flush_much(&mut self, n_waiting: usize) -> io::Result<()> {
        if self.n_kept >= COUNT.max(n_waiting) { self.flush() } else { Ok(()) }
    }

    /// Sends what has been kept for too long, at the time `now`.
    pub(super) fn flush_old(&mut self, now: u64) -> io::Result<()> {
        let age = Duration::from_nanos(now.saturating_sub(self.oldest));
        if self.n_kept > 0 && age > AGE { self.flush() } else { Ok(()) }
    }

    /// Sends everything. What the tasks printed comes first.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.n_kept > 0 {
            // A closed standard output is the task's affair.
            io::stdout().flush().ok();
            self.socket.send_all(&self.kept)?;
            self.kept.clear();
            self.n_kept = 0;
        }
        Ok(())
    }
}
