//! Task after task, until the pool closes the line.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use super::answers::Answers;
use super::runs::AnswerRuns;
use crate::label::Label;
use crate::looks::Looks;
use crate::os::clock::monotonic_nanos;
use crate::os::cpu;
use crate::os::memory::SharedMemory;
use crate::os::run_file::{RunFile, TrustedFile};
use crate::os::socket::{Moved, Socket};
use crate::os::watch;
use crate::ship::function::{Failure, Function};
use crate::ship::part::{Loaded, PartFunction};
use crate::task::{context, outcome};
use crate::wire::fields::{take_pieces, take_u64};
use crate::wire::frame::{HEADER, Header, Inbox, Kind, PATIENCE, check_length};
use crate::wire::message::{Message, Output, RunReader, RunWriter};
use crate::wire::page::Page;
use crate::wire::report::PanicReport;

/// Whether looking for the next task pays, after one that somebody on another core waits for. A look is longer than it takes to
/// wake it.
static LOOKS: Looks = Looks::new(Duration::from_micros(60), 1);

/// Serves the pool at the other end of `socket`. Returns when the line is closed.
///
/// `must_initialize`: the pool will say what to run before the first task.
pub(super) fn serve(
    socket: &Socket,
    page: &Page<SharedMemory>,
    arguments: Option<TrustedFile>,
    answers: Option<RunFile>,
    must_initialize: bool,
) -> io::Result<()> {
    let mut server = Server {
        page,
        arguments,
        answers: Answers::new(socket, page),
        runs: answers.map(AnswerRuns::new),
        parts: BTreeMap::new(),
        frame: Vec::new(),
        n_small: 0,
    };
    // From here on the pool knows that this process lives, however long an initializer takes.
    page.set_awake(Some(cpu::current()));
    if !must_initialize {
        server.say(Kind::Ready)?;
    }
    // User code runs below: as a task, whose panics are noted.
    let _inside = context::enter(Label::new("a task of a worker process"), None, None);
    let mut inbox = Inbox::default();
    loop {
        let broken = |broken| io::Error::new(io::ErrorKind::InvalidData, format!("{broken}"));
        while let Some((header, payload)) = inbox.next().map_err(broken)? {
            server.hear(header, inbox.payload(payload))?;
        }
        // Nothing to do: whoever waits for the answers gets them now.
        server.answers.flush()?;
        while (inbox.is_large() || server.keeps_memory()) && !is_ready_soon(socket) {
            inbox.slim();
            server.frame = Vec::new();
            server.slim_runs();
        }
        let room = inbox.room();
        let mut moved = Ok(Moved::Full);
        let is_there = || {
            moved = socket.receive_now(room);
            !matches!(moved, Ok(Moved::Full))
        };
        let here = cpu::current();
        page.set_awake(Some(here));
        let waiter = page.waiter_at();
        let may_pay = waiter.is_some_and(|there| there.may_differ_from(here));
        if !(may_pay && LOOKS.look_for(is_there)) {
            page.set_waiter(None);
            page.set_awake(None);
            // Waker: the pool, which sends a task, or closes the line, also by ending.
            if waiter.is_some() {
                // Who sleeps in a call that reads is also woken when the other end has read: on the core of who waits, in its
                // way. In this call it is not.
                watch::wait([socket.as_fd()], None).ok();
            }
            moved = socket.receive(room);
            page.set_awake(Some(cpu::current()));
        }
        if moved? == Moved::Closed {
            return Ok(());
        }
    }
}

struct Server<'a> {
    page: &'a Page<SharedMemory>,
    /// Where the long runs of arguments are.
    arguments: Option<TrustedFile>,
    answers: Answers<'a>,
    /// Where those of answers are.
    runs: Option<AnswerRuns>,
    /// The loops whose parts were sent, by number; or why their captured variables could not be rebuilt.
    parts: BTreeMap<u64, Result<Box<dyn Loaded>, Failure>>,
    /// The answer being made: kept, so that its memory is used again.
    frame: Vec<u8>,
    /// How many answers in a row were much smaller than its memory.
    n_small: u32,
}

impl Server<'_> {
    fn hear(&mut self, header: Header, payload: &[u8]) -> io::Result<()> {
        match header.kind {
            Kind::Task => {
                let (callee, arguments) = Callee::take(payload).ok_or(io::ErrorKind::InvalidData)?;
                self.run(header.number, callee, arguments, 0)
            }
            Kind::Tasks => {
                let (callee, rest) = Callee::take(payload).ok_or(io::ErrorKind::InvalidData)?;
                let mut tasks = take_pieces(rest).ok_or(io::ErrorKind::InvalidData)?;
                let mut number = header.number;
                while let Some(arguments) = tasks.next() {
                    self.run(number, callee, arguments, tasks.len())?;
                    number += 1;
                }
                Ok(())
            }
            Kind::Part => {
                self.parts.insert(header.number, load(Message::from(payload)));
                Ok(())
            }
            Kind::Forget => {
                let part = self.parts.remove(&header.number);
                // A panic in a destructor has been printed, and concerns nobody else.
                outcome::report(|| drop(part)).ok();
                Ok(())
            }
            Kind::Initialize => {
                self.frame.clear();
                self.frame.resize(HEADER, 0);
                let message = Message::from(payload);
                match call_function(message, &mut Output::new(&mut self.frame)) {
                    Ok(()) => self.say(Kind::Ready),
                    Err(failure) => {
                        self.frame.truncate(HEADER);
                        let report = match failure {
                            Failure::Panicked(report) => report,
                            Failure::Undecodable(text) | Failure::Unencodable(text) => {
                                PanicReport { message: Some(text), ..PanicReport::default() }
                            }
                        };
                        report.write(&mut self.frame);
                        self.answers.give(Kind::NotInitialized, 0, 0, &mut self.frame)?;
                        self.answers.flush()?;
                        // No task runs in a process that was not made ready for it.
                        Err(io::ErrorKind::Interrupted.into())
                    }
                }
            }
            // What only a worker says.
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Runs a task, behind which so many others wait at least.
    fn run(&mut self, number: u64, callee: Callee, arguments: &[u8], n_behind: usize) -> io::Result<()> {
        let now = monotonic_nanos();
        self.answers.flush_old(now)?;
        if !self.page.start(number, now) {
            // If the pool has not taken it back, somebody wrote over the page: it must know.
            self.answers.give(Kind::Skipped, number, now, &mut [0; HEADER])?;
            return self.answers.flush_much(n_behind);
        }
        self.slim_runs();
        self.frame.clear();
        self.frame.resize(HEADER, 0);
        let runs = self.runs.as_mut().map(|runs| runs as &mut dyn RunWriter);
        let mut output = Output::beside(&mut self.frame, runs);
        let start = output.mark();
        let message = Message { bytes: arguments, runs: self.arguments.as_ref().map(|file| file as &dyn RunReader) };
        let ended = match callee {
            // SAFETY: as in `call_function`.
            Callee::Function(function) => unsafe { function.call(message, &mut output) },
            Callee::Part(part) => match self.parts.get(&part) {
                Some(Ok(part)) => part.run(message, &mut output),
                Some(Err(failure)) => Err(failure.clone()),
                None => Err(Failure::Undecodable("the loop that it belongs to is not known".to_owned())),
            },
        };
        let ended = ended.and_then(|()| check_length(output.since(start)).map_err(Failure::Unencodable));
        let kind = match ended {
            Ok(()) => Kind::Value,
            Err(failure) => {
                output.reset(start);
                write_failure(&failure, output.bytes())
            }
        };
        self.answers.give(kind, number, now, &mut self.frame)?;
        if let Some(runs) = &mut self.runs {
            runs.end(self.answers.position());
        }
        self.answers.flush_much(n_behind)?;
        // Huge values in a row use the same memory; one that was rare does not keep it.
        self.n_small = if self.frame.len() < self.frame.capacity() / 4 { self.n_small.saturating_add(1) } else { 0 };
        if self.n_small > PATIENCE && self.frame.capacity() > KEPT_MEMORY {
            self.frame = Vec::new();
        }
        Ok(())
    }

    /// Whether memory is kept for the next answer.
    fn keeps_memory(&self) -> bool {
        self.frame.capacity() > KEPT_MEMORY || self.runs.as_ref().is_some_and(AnswerRuns::is_kept)
    }

    /// Takes back what the pool has read, and gives memory back that has not been used for long.
    fn slim_runs(&mut self) {
        if let Some(runs) = self.runs.as_mut().filter(|runs| runs.is_kept()) {
            runs.slim(self.page.settled_to());
        }
    }

    fn say(&mut self, kind: Kind) -> io::Result<()> {
        self.answers.give(kind, 0, 0, &mut [0; HEADER])?;
        self.answers.flush()
    }
}

/// How much memory is kept for the next answer, however long there is none.
const KEPT_MEMORY: usize = 1024 * 1024;

/// How long the memory of huge messages is kept for the next.
const KEPT_TIME: Duration = Duration::from_secs(1);

/// Whether something comes before [`KEPT_TIME`] is over.
fn is_ready_soon(socket: &Socket) -> bool {
    let ready = watch::wait([socket.as_fd()], Some(KEPT_TIME));
    // Who cannot wait for so long waits for ever, and gives the memory back another time.
    ready.map_or(true, |ready| ready == [true])
}

/// What a task calls.
#[derive(Clone, Copy)]
enum Callee {
    Function(Function),
    /// The parallel part of the loop with this number.
    Part(u64),
}

impl Callee {
    /// Reads it off the front of a payload, and gives what is behind it.
    fn take(mut payload: &[u8]) -> Option<(Self, &[u8])> {
        let part = take_u64(&mut payload)?;
        let function = Function::read(&mut payload)?;
        Some((if part == 0 { Self::Function(function) } else { Self::Part(part) }, payload))
    }
}

fn call_function(message: Message<'_>, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut payload = message.bytes;
    let function = Function::read(&mut payload);
    let function = function.ok_or_else(|| Failure::Undecodable("the message ends early".to_owned()))?;
    // SAFETY: the pool at the other end of the line is the same executable (`Hello::check`), and sends what `Function::of`
    // made there.
    unsafe { function.call(message.with_bytes(payload), output) }
}

fn load(message: Message<'_>) -> Result<Box<dyn Loaded>, Failure> {
    let mut payload = message.bytes;
    let function = PartFunction::read(&mut payload);
    let function = function.ok_or_else(|| Failure::Undecodable("the message ends early".to_owned()))?;
    // SAFETY: as in `call_function`, for `PartFunction::of`.
    unsafe { function.load(message.with_bytes(payload)) }
}

fn write_failure(failure: &Failure, out: &mut Vec<u8>) -> Kind {
    match failure {
        Failure::Panicked(report) => {
            report.write(out);
            Kind::Panicked
        }
        Failure::Undecodable(text) => {
            out.extend_from_slice(text.as_bytes());
            Kind::Undecodable
        }
        Failure::Unencodable(text) => {
            out.extend_from_slice(text.as_bytes());
            Kind::Unencodable
        }
    }
}
