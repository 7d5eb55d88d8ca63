//! What waits to be sent to one worker. Sending never blocks.

use std::collections::VecDeque;
use std::io;

use super::batch::{Batch, Part};
use crate::os::socket::{Moved, Socket};
use crate::sync::Arc;

/// What is longer is sent from where it lies rather than copied.
const COPIED: usize = 16 * 1024;

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
    Arguments(Arc<Batch>, usize),
    Captured(Arc<Part>),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Arguments(batch, item) => batch.arguments(*item),
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
        if !matches!(self.pieces.back(), Some(Piece::Bytes(_))) {
            self.pieces.push_back(Piece::Bytes(Vec::new()));
        }
        match self.pieces.back_mut() {
            Some(Piece::Bytes(bytes)) => bytes,
            _ => unreachable!("one was put there"),
        }
    }

    pub(super) fn put_arguments(&mut self, batch: &Arc<Batch>, item: usize) {
        let arguments = batch.arguments(item);
        if arguments.len() <= COPIED {
            self.bytes().extend_from_slice(arguments);
        } else {
            self.pieces.push_back(Piece::Arguments(Arc::clone(batch), item));
        }
    }

    pub(super) fn put_captured(&mut self, part: &Arc<Part>) {
        if part.captured.len() <= COPIED {
            self.bytes().extend_from_slice(&part.captured);
        } else {
            self.pieces.push_back(Piece::Captured(Arc::clone(part)));
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
