//! What waits to be sent to one worker. Sending never blocks.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use super::batch::{Batch, Callee, Part};
use crate::os::socket::{Moved, Socket};
use crate::sync::Arc;
use crate::wire::fields::{put_ends, put_u64};
use crate::wire::frame::{HEADER, Header, Kind};

/// What is longer is sent from where it lies rather than copied.
const COPIED: usize = 16 * 1024;

/// How long a buffer for short pieces grows before the next is taken.
const LONG: usize = 4 * COPIED;
/// How much is sent at a time: while the other end reads, a socket would take a message of any length, and who holds the lock
/// meanwhile keeps others waiting.
const FAIR_SHARE: usize = 512 * 1024;

/// Bytes in the order in which they are to be sent.
#[derive(Default)]
pub(super) struct Outbox {
    pieces: VecDeque<Piece>,
    /// How much of the first piece is gone.
    sent: usize,
}

enum Piece {
    Bytes(Vec<u8>),
    Arguments(Arc<Vec<u8>>, Range<usize>),
    Captured(Arc<Part>),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Arguments(all, place) => &all[place.clone()],
            Self::Captured(part) => &part.captured,
        }
    }
}

impl Outbox {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether there is something in it that takes long to send.
    pub(super) fn is_long(&self) -> bool {
        self.pieces.iter().any(|piece| piece.bytes().len() > FAIR_SHARE)
    }

    /// The buffer for short pieces.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        // One that is long is left alone: where sending never catches up, it would never be let go.
        if !matches!(self.pieces.back(), Some(Piece::Bytes(bytes)) if bytes.len() < LONG) {
            self.pieces.push_back(Piece::Bytes(Vec::new()));
        }
        match self.pieces.back_mut() {
            Some(Piece::Bytes(bytes)) => bytes,
            _ => unreachable!("one was put there"),
        }
    }

    /// Puts tasks, which have numbers from `task` on: short ones in one frame, so that what they call travels once.
    pub(super) fn put_tasks(&mut self, mut task: u64, batch: &Batch, part: u64, mut items: Range<usize>) {
        while !items.is_empty() {
            let together = batch.short_ones(items.clone(), COPIED);
            items.start = together.end;
            let arguments = batch.place(together.start).start..batch.place(together.end - 1).end;
            let out = self.bytes();
            let start = out.len();
            out.extend_from_slice(&[0; HEADER]);
            put_u64(out, part);
            match &batch.callee {
                Callee::Function(function) => function.write(out),
                Callee::Part(_) => put_u64(out, 0),
            }
            let kind = if together.len() == 1 {
                Kind::Task
            } else {
                put_ends(out, together.clone().map(|item| (batch.place(item).end - arguments.start) as u32));
                Kind::Tasks
            };
            let len = out.len() - start - HEADER + arguments.len();
            out[start..start + HEADER].copy_from_slice(&Header { kind, number: task, len }.to_bytes());
            self.put_arguments(batch, arguments);
            task += together.len() as u64;
        }
    }

    pub(super) fn put_captured(&mut self, part: &Arc<Part>) {
        if part.captured.len() <= COPIED {
            self.bytes().extend_from_slice(&part.captured);
        } else {
            self.pieces.push_back(Piece::Captured(Arc::clone(part)));
        }
    }

    fn put_arguments(&mut self, batch: &Batch, place: Range<usize>) {
        let all = batch.all_arguments();
        if place.len() <= COPIED {
            self.bytes().extend_from_slice(&all[place]);
        } else {
            self.pieces.push_back(Piece::Arguments(Arc::clone(all), place));
        }
    }

    /// Sends what fits, or a fair share. A worker that is gone gets nothing more; its end is noticed elsewhere.
    pub(super) fn flush(&mut self, socket: &Socket) -> io::Result<()> {
        let mut n_left = FAIR_SHARE;
        while let Some(piece) = self.pieces.front() {
            let bytes = &piece.bytes()[self.sent..];
            if bytes.is_empty() {
                self.sent = 0;
                self.pieces.pop_front();
                continue;
            }
            if n_left == 0 {
                return Ok(());
            }
            match socket.send_now(&bytes[..bytes.len().min(n_left)])? {
                Moved::Bytes(n) => {
                    self.sent += n;
                    n_left -= n;
                }
                Moved::Full => return Ok(()),
                Moved::Closed => {
                    self.pieces.clear();
                    self.sent = 0;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_let_go_even_if_sending_never_catches_up() {
        let (near, far) = Socket::pair().unwrap();
        let far = Socket::of(far);
        let mut outbox = Outbox::default();
        let mut received = Vec::new();
        for _ in 0..2000 {
            outbox.bytes().extend_from_slice(&[7; 8 * 1024]);
            outbox.flush(&near).unwrap();
            if outbox.pieces.len() > 20 {
                received.clear();
                received.reserve(64 * 1024);
                far.receive_now(&mut received).unwrap();
            }
            assert!(outbox.sent <= LONG + 8 * 1024, "{} bytes are held that were sent", outbox.sent);
        }
        assert!(!outbox.is_empty(), "it never caught up");
    }
}
