//! What comes from one worker. Whoever has the line in hands reads it, and nobody else: the supervisor, or a thread that waits
//! for what the worker runs.

use std::iter;
use std::ops::Range;
use std::time::Instant;

use super::batch::Batch;
use super::child::Child;
use super::core::Core;
use super::state::{Answer, Delivery};
use crate::future::Later;
use crate::label::Label;
use crate::os::memory::SharedMemory;
use crate::os::memory_file::MemoryFile;
use crate::os::socket::{Moved, Socket};
use crate::sync::Arc;
use crate::task::outcome;
use crate::wire::frame::{Broken, Header, Inbox};
use crate::wire::message::{Message, RunReader};
use crate::wire::page::Page;

/// How much is read from one worker before another gets its turn.
const FAIR_SHARE: usize = 4 * 1024 * 1024;

pub(super) struct Line {
    pub(super) socket: Arc<Socket>,
    pub(super) page: Arc<Page<SharedMemory>>,
    /// Where the long runs of the answers are. `None`: with the rest of them.
    answer_file: Option<MemoryFile>,
    pub(super) inbox: Inbox,
    /// Nothing more comes through the socket, or nothing that can be understood: only the worker's end is waited for.
    pub(super) is_deaf: bool,
    /// Whether the system tells of the worker's end. Otherwise the end of the line has to do.
    pub(super) tells_end: bool,
    /// How many bytes of the worker's answers came through the socket.
    n_received: u64,
    /// How many of them are known, through the socket or the page.
    n_known: u64,
}

/// What was there to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    None,
    Some,
    /// There may have been something, and nothing more will come.
    Closed,
}

/// What is left in an inbox, but for the beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    /// What the reader did not want.
    Frames,
    Garbage,
}

/// Who is ready, as the supervisor is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    Bell,
    /// The socket of the worker with this number.
    Line(u64),
    /// The worker has ended.
    End(u64),
}

impl Voice {
    pub(super) fn token(self) -> u64 {
        match self {
            Self::Bell => 0,
            Self::Line(child) => child << 1,
            Self::End(child) => child << 1 | 1,
        }
    }

    pub(super) fn of(token: u64) -> Self {
        match (token >> 1, token & 1) {
            // Workers are numbered from 1 on.
            (0, _) => Self::Bell,
            (child, 0) => Self::Line(child),
            (child, _) => Self::End(child),
        }
    }
}

impl Line {
    pub(super) fn new(
        socket: Arc<Socket>,
        page: Arc<Page<SharedMemory>>,
        answer_file: Option<MemoryFile>,
        tells_end: bool,
    ) -> Self {
        let inbox = Inbox::default();
        Self { socket, page, answer_file, inbox, is_deaf: false, tells_end, n_received: 0, n_known: 0 }
    }

    /// What one answer holds.
    fn message(&self, at: Range<usize>) -> Message<'_> {
        let runs = self.answer_file.as_ref().map(|file| file as &dyn RunReader);
        Message { bytes: self.inbox.payload(at), runs }
    }

    /// Says that all whole answers have been delivered: the worker may use the space of their long runs again.
    fn settle(&self) {
        self.page.settle(self.n_known - self.inbox.n_left() as u64);
    }

    /// Reads what has come: a fair share, or all of it if the worker has ended.
    pub(super) fn read(&mut self, has_ended: bool) -> News {
        let mut n_read = 0;
        let mut is_dry = false;
        while has_ended || (n_read < FAIR_SHARE && !is_dry) {
            let room = self.inbox.room();
            let before = room.len();
            match self.socket.receive_now(room) {
                Ok(Moved::Bytes(n)) => {
                    // Room was left: there is no more.
                    is_dry = n < room.capacity() - before;
                    n_read += n;
                    // What was found in the page before comes through the socket once more.
                    let n_new = (self.n_received + n as u64).saturating_sub(self.n_known).min(n as u64);
                    room.drain(before..before + (n - n_new as usize));
                    self.n_received += n as u64;
                    self.n_known += n_new;
                }
                Ok(Moved::Full) => break,
                Ok(Moved::Closed) | Err(_) => return News::Closed,
            }
        }
        if n_read > 0 { News::Some } else { News::None }
    }

    /// Reads what the worker has answered and not sent. Returns whether there was something.
    pub(super) fn read_page(&mut self) -> bool {
        let kept_back = self.page.answers_from(self.n_known);
        self.inbox.room().extend_from_slice(&kept_back);
        self.n_known += kept_back.len() as u64;
        !kept_back.is_empty()
    }
}

impl Core {
    /// Takes frames from the inbox as long as they are `wanted`: tells the state, and gives the worker more to do. The answers
    /// are to be delivered before more is read.
    pub(super) fn understand(
        &self,
        number: u64,
        line: &mut Line,
        wanted: impl Fn(&Child, &Header) -> bool,
    ) -> (Vec<Delivery>, Rest) {
        let mut deliveries = Vec::new();
        let mut state = self.state.lock();
        let Some(index) = state.children.iter().position(|child| child.number == number) else {
            return (deliveries, Rest::Nothing);
        };
        let rest = loop {
            match line.inbox.header() {
                Ok(Some(header)) if !wanted(&state.children[index], &header) => break Rest::Frames,
                Ok(_) => {}
                Err(Broken) => break Rest::Garbage,
            }
            let Ok(Some((header, at))) = line.inbox.next() else { break Rest::Nothing };
            let payload = line.inbox.payload(at.clone());
            state.hear(index, header.kind, header.number, payload, at, &mut deliveries);
        };
        let now = Instant::now();
        state.go_on(index, now);
        let wants_another = state.dispatch(now);
        state.watch_busy(&self.watch, |_| true);
        drop(state);
        if wants_another {
            self.bell.ring();
        }
        (deliveries, rest)
    }

    /// Tells tasks how they ended. Runs code of the user's, without the lock; what may block is given to `later`.
    pub(super) fn deliver(&self, deliveries: Vec<Delivery>, line: Option<&Line>, later: &dyn Fn(Label, Later)) {
        let mut deliveries = deliveries.into_iter().peekable();
        while let Some(Delivery { batch, item, answer }) = deliveries.next() {
            let label = batch.sink.label();
            let others =
                || deliveries.next_if(|next| Arc::ptr_eq(&next.batch, &batch)).map(|next| (next.item, next.answer));
            let mut answers =
                iter::once((item, answer)).chain(iter::from_fn(others)).map(|(item, answer)| match answer {
                    Answer::Value(at) => (item, Ok(line.expect("a value comes from a line").message(at))),
                    Answer::Failed(error) => (item, Err(error)),
                });
            Arc::clone(&batch.sink).answer(&mut answers, &|task| later(label, task));
            self.let_go(batch);
        }
        if let Some(line) = line {
            line.settle();
        }
    }

    /// Drops what may be the last that is left of some tasks, without the lock: results that nobody wants are the user's
    /// values. The memory of its arguments is for the next.
    pub(super) fn let_go(&self, batch: Arc<Batch>) {
        let label = batch.sink.label();
        let drop_it =
            || Arc::into_inner(batch).and_then(Batch::into_arguments).into_iter().for_each(|old| self.spare.keep(old));
        outcome::contain("dropping the results", label, drop_it);
    }
}
