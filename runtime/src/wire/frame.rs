//! One message: a header and a payload. The header is read first, so that the number of a task survives a payload that
//! cannot be decoded.
//!
//! ```text
//! 0        8                         14   15   16
//! │ number │ length of the payload   │kind│sum │ payload …
//! ```

use std::fmt;
use std::ops::Range;

use crate::config;

/// The size of a header, in bytes.
pub(crate) const HEADER: usize = 16;

/// The longest payload, in bytes: 64 GiB. What claims to be longer is broken.
const MAX_PAYLOAD: u64 = 1 << 36;

/// What stands in a payload beside an encoded value, at most.
const MARGIN: u64 = 1024;

/// Says why a value that takes so many bytes cannot travel.
pub(crate) fn check_length(len: usize) -> Result<(), String> {
    let longest = config::longest_value().unwrap_or(u64::MAX).min(MAX_PAYLOAD - MARGIN);
    if len as u64 > longest {
        return Err(format!(
            "it takes {len} bytes, and a value that travels may take {longest}; send it in parts, or as a file"
        ));
    }
    Ok(())
}

/// How much room a read is given at least.
const READ: usize = 64 * 1024;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// To the worker, first of all: see `hello`.
    Hello = 1,
    /// To the worker: what the pool runs before the first task.
    Initialize,
    /// To the worker: the captured variables of a loop. The number is the loop's.
    Part,
    /// To the worker: a loop is over. The number is the loop's.
    Forget,
    /// To the worker: a task. The number is the task's.
    Task,
    /// To the worker: short tasks that call the same. The number is the first one's, and the others follow it.
    Tasks,
    /// From the worker: it is the same executable, and waits for tasks.
    Ready,
    /// From the worker: it is not the same executable. The payload says why.
    Refused,
    /// From the worker: the initializer panicked.
    NotInitialized,
    /// From the worker: the value of a task.
    Value,
    /// From the worker: a task panicked.
    Panicked,
    /// From the worker: the arguments of a task could not be decoded.
    Undecodable,
    /// From the worker: the value of a task could not be encoded.
    Unencodable,
    /// From the worker: it did not run a task, since that had been taken back.
    Skipped,
}

impl Kind {
    const ALL: [Self; 14] = [
        Self::Hello,
        Self::Initialize,
        Self::Part,
        Self::Forget,
        Self::Task,
        Self::Tasks,
        Self::Ready,
        Self::Refused,
        Self::NotInitialized,
        Self::Value,
        Self::Panicked,
        Self::Undecodable,
        Self::Unencodable,
        Self::Skipped,
    ];

    /// Whether it tells how a task ended.
    pub(crate) fn is_answer(self) -> bool {
        matches!(self, Self::Value | Self::Panicked | Self::Undecodable | Self::Unencodable)
    }
}

/// What stands before a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) number: u64,
    pub(crate) len: usize,
}

impl Header {
    /// The header as it travels.
    pub(crate) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&self.number.to_ne_bytes());
        bytes[8..14].copy_from_slice(&(self.len as u64).to_le_bytes()[..6]);
        bytes[14] = self.kind as u8;
        bytes[15] = sum(&bytes);
        bytes
    }

    /// The header that travelled as `bytes`.
    #[inline]
    pub(crate) fn from_bytes(bytes: [u8; HEADER]) -> Result<Self, Broken> {
        let (number, rest) = bytes.split_first_chunk().expect("a header holds a number");
        let mut len = [0; 8];
        len[..6].copy_from_slice(&rest[..6]);
        let len = u64::from_le_bytes(len);
        // In their order, from 1 on.
        let kind = Kind::ALL.get(usize::from(bytes[14]).wrapping_sub(1)).copied();
        match (kind, usize::try_from(len)) {
            (Some(kind), Ok(size)) if len <= MAX_PAYLOAD && bytes[15] == sum(&bytes) => {
                Ok(Self { kind, number: u64::from_ne_bytes(*number), len: size })
            }
            _ => Err(Broken),
        }
    }
}

/// The check of a header, over all of it but the last byte: a frame cut short or written over does not pass for another.
/// Every bit changes one bit of it.
fn sum(header: &[u8; HEADER]) -> u8 {
    let word = u128::from_le_bytes(*header) << 8;
    let half = (word >> 64) as u64 ^ (word as u64).rotate_left(3);
    let quarter = (half >> 32) as u32 ^ (half as u32).rotate_left(5);
    let eighth = (quarter >> 16) as u16 ^ (quarter as u16).rotate_left(7);
    (eighth >> 8) as u8 ^ (eighth as u8).rotate_left(1) ^ 0xA5
}

/// A stream that is not made of frames (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what came from the socket is not a message")
    }
}

/// Bytes from a socket, on their way to frames.
///
/// Its memory grows with what has arrived, not with what a header claims.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    start: usize,
    /// How often in a row the buffer was much larger than what was in it.
    n_small: u32,
}

/// How often in a row a large buffer may be of no use before its memory is given back.
pub(crate) const PATIENCE: u32 = 64;

impl Inbox {
    /// The buffer to read into, behind its end.
    pub(crate) fn room(&mut self) -> &mut Vec<u8> {
        if self.start == self.bytes.len() {
            // A rare huge message does not keep its memory; of many in a row, each finds that of the one before, which is
            // much faster than getting new memory.
            self.n_small = if self.bytes.len() < self.bytes.capacity() / 4 { self.n_small + 1 } else { 0 };
            self.bytes.clear();
            self.start = 0;
            if self.n_small > PATIENCE {
                self.slim();
            }
        } else if self.start > 0 && self.bytes.capacity() - self.bytes.len() < READ {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        // Doubles at most: a header that claims a terabyte gets no more than what comes behind it.
        let wanted = self.missing().clamp(READ, self.bytes.len().max(READ));
        self.bytes.reserve(wanted);
        &mut self.bytes
    }

    /// The next complete frame: its header, and where its payload is (see [`payload`](Self::payload)).
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(Header, Range<usize>)>, Broken> {
        let Some(header) = self.header()? else { return Ok(None) };
        let first = self.start + HEADER;
        let Some(end) = first.checked_add(header.len).filter(|end| *end <= self.bytes.len()) else {
            return Ok(None);
        };
        self.start = end;
        Ok(Some((header, first..end)))
    }

    /// The payload that [`next`](Self::next) gave, until the next call of [`room`](Self::room).
    pub(crate) fn payload(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// Whether it holds much memory for nothing, so that [`slim`](Self::slim) should be called when nothing has come for a
    /// while.
    pub(crate) fn is_large(&self) -> bool {
        self.is_empty() && self.bytes.capacity() > 16 * READ
    }

    /// Gives back memory that is not needed now.
    pub(crate) fn slim(&mut self) {
        self.n_small = 0;
        if self.is_large() {
            self.start = 0;
            self.bytes = Vec::new();
        }
    }

    /// How many bytes have arrived that are not part of a frame that [`next`](Self::next) gave.
    pub(crate) fn n_left(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Whether there is nothing left, not even a part of a frame.
    fn is_empty(&self) -> bool {
        self.n_left() == 0
    }

    /// The header of the frame that [`next`](Self::next) gives.
    #[inline]
    pub(crate) fn header(&self) -> Result<Option<Header>, Broken> {
        match self.bytes[self.start..].first_chunk() {
            Some(bytes) => Header::from_bytes(*bytes).map(Some),
            None => Ok(None),
        }
    }

    /// How many bytes the frame at the front still lacks.
    fn missing(&self) -> usize {
        let there = self.n_left();
        match self.header() {
            Ok(Some(header)) => header.len.saturating_add(HEADER).saturating_sub(there),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: Kind, number: u64, payload: &[u8]) -> Vec<u8> {
        let mut frame = Header { kind, number, len: payload.len() }.to_bytes().to_vec();
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn frames_arrive_in_whatever_pieces_the_bytes_do() {
        let stream =
            [frame(Kind::Value, 7, b"seven"), frame(Kind::Ready, 0, b""), frame(Kind::Value, 9, b"n")].concat();
        for piece in 1..stream.len() {
            let (mut inbox, mut seen) = (Inbox::default(), Vec::new());
            for bytes in stream.chunks(piece) {
                inbox.room().extend_from_slice(bytes);
                while let Some((header, payload)) = inbox.next().unwrap() {
                    seen.push((header.kind, header.number, inbox.payload(payload).to_vec()));
                }
            }
            let expected =
                [(Kind::Value, 7, b"seven".to_vec()), (Kind::Ready, 0, Vec::new()), (Kind::Value, 9, b"n".to_vec())];
            assert_eq!(seen, expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn kinds_are_numbered_in_their_order() {
        assert!(Kind::ALL.into_iter().zip(1..).all(|(kind, number)| kind as u8 == number));
    }

    #[test]
    fn a_changed_header_is_noticed() {
        let good = Header { kind: Kind::Value, number: 77, len: 1000 }.to_bytes();
        for bit in 0..HEADER * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::from_bytes(bad), Err(Broken), "bit {bit}");
        }
    }

    #[test]
    fn a_value_over_the_limit_is_told_before_it_travels() {
        assert_eq!(check_length(1 << 30), Ok(()));
        assert!(check_length(1 << 37).unwrap_err().contains("may take"));
    }

    #[test]
    fn a_header_that_claims_much_gets_little_memory() {
        let mut inbox = Inbox::default();
        let claim = Header { kind: Kind::Value, number: 1, len: 1 << 35 }.to_bytes();
        inbox.room().extend_from_slice(&claim);
        assert_eq!(inbox.next(), Ok(None));
        assert!(inbox.room().capacity() <= 4 * READ);
    }
}
