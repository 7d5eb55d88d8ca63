//! The payload of a message: bytes that go through the socket and, where there is a better way, *long runs* of bytes beside
//! them. A run is written from where it lies to a file in memory that the other process reads to where it is wanted, and is
//! never part of a larger buffer in between.

use std::fmt;
use std::mem::MaybeUninit;

/// What is shorter stays with the other bytes.
const LONG: usize = 256 * 1024;

/// Where the long runs of a message go.
pub(crate) trait RunWriter {
    /// Keeps a run, and gives its place. `None`: it cannot, and the run has to go with the other bytes.
    fn write(&mut self, run: &[u8]) -> Option<u64>;

    /// Lets go of all runs but the first.
    fn truncate(&mut self, n_runs: usize);
}

/// Where the long runs of messages are found.
///
/// # Safety
///
/// [`read`](Self::read) leaves nothing of `into` out, unless it gives an error.
pub(crate) unsafe trait RunReader {
    /// No more than the memory that the runs of a message can have.
    fn size(&self) -> u64;

    /// Fills `into` with the bytes at a place.
    fn read(&self, place: u64, into: &mut [MaybeUninit<u8>]) -> Result<(), String>;
}

/// A payload to be read.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) runs: Option<&'a dyn RunReader>,
}

impl<'a> Message<'a> {
    /// Other bytes with the same runs.
    pub(crate) fn with_bytes(self, bytes: &'a [u8]) -> Self {
        Self { bytes, ..self }
    }
}

/// Without long runs.
impl<'a> From<&'a [u8]> for Message<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self { bytes, runs: None }
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} bytes)", self.bytes.len())
    }
}

/// A payload that is being written.
pub struct Output<'a> {
    bytes: &'a mut Vec<u8>,
    runs: Option<&'a mut dyn RunWriter>,
    /// What is shorter is no long run.
    shortest: usize,
    written: Written,
}

/// The runs of a payload.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    n_runs: usize,
    n_bytes: usize,
}

/// How far an output had come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    len: usize,
    written: Written,
}

/// The way for long runs.
pub(crate) struct Beside<'a> {
    runs: Option<&'a mut dyn RunWriter>,
    shortest: usize,
    written: &'a mut Written,
}

impl<'a> Output<'a> {
    /// Appends to `bytes`, also what is long.
    pub(crate) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self::beside(bytes, None)
    }

    /// Appends to `bytes`, and gives what is long to `runs`, which has none yet.
    pub(crate) fn beside(bytes: &'a mut Vec<u8>, runs: Option<&'a mut dyn RunWriter>) -> Self {
        Self { bytes, runs, shortest: LONG, written: Written::default() }
    }

    /// The same, also with what is not so long.
    #[cfg(test)]
    pub(crate) fn with_shortest(self, shortest: usize) -> Self {
        Self { shortest, ..self }
    }

    /// What goes through the socket.
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        self.bytes
    }

    /// The ways for short and for long.
    pub(crate) fn split(&mut self) -> (&mut Vec<u8>, Beside<'_>) {
        let runs = self.runs.as_mut().map(|runs| &mut **runs as &mut dyn RunWriter);
        (self.bytes, Beside { runs, shortest: self.shortest, written: &mut self.written })
    }

    /// The place to [come back to](Self::reset).
    pub(crate) fn mark(&self) -> Mark {
        Mark { len: self.bytes.len(), written: self.written }
    }

    /// How many bytes were written since then, with the runs.
    pub(crate) fn since(&self, mark: Mark) -> usize {
        self.bytes.len() - mark.len + self.written.n_bytes - mark.written.n_bytes
    }

    /// Takes back what was written since then.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.bytes.truncate(mark.len);
        if let Some(runs) = &mut self.runs {
            runs.truncate(mark.written.n_runs);
        }
        self.written = mark.written;
    }
}

impl Beside<'_> {
    /// Gives away a run, if it is long, and tells its place. `None`: it has to go with the other bytes.
    pub(crate) fn put(&mut self, run: &[u8]) -> Option<u64> {
        if run.len() < self.shortest {
            return None;
        }
        let place = self.runs.as_mut()?.write(run)?;
        self.written.n_runs += 1;
        self.written.n_bytes += run.len();
        Some(place)
    }
}

impl fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({} bytes, {:?})", self.bytes.len(), self.written)
    }
}
