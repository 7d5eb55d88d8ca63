//! What waits to be sent to one worker. Sending never blocks.

use std::collections::VecDeque;
use std::io;

use super::batch::{Batch, Part};
use crate::os::socket::{Moved, Socket};
use crate::sync::Arc;

/// What is longer is sent from where it lies rather than copied.
const COPIED: usize = 16 * 1024;

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

    /// Sends what fits. A worker that is gone gets nothing more; its end is noticed elsewhere.
    pub(super) fn flush(&mut self, socket: &Socket) -> io::Result<()> {
        while let Some(piece) = self.pieces.front() {
            let bytes = &piece.bytes()[self.sent..];
            if bytes.is_empty() {
                self.sent = 0;
                self.pieces.pop_front();
                continue;
            }
            match socket.send_now(bytes)? {
                Moved::Bytes(n) => self.sent += n,
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
