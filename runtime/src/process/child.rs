//! One worker process, as the pool sees it.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::batch::{Batch, Callee, Part, Run};
use super::lead::Leads;
use super::line::{Line, Voice};
use super::outbox::Outbox;
use crate::os::bell::Bell;
use crate::os::image;
use crate::os::memory::SharedMemory;
use crate::os::memory_file::MemoryFile;
use crate::os::run_file::RunFile;
use crate::os::socket::{Moved, Socket};
use crate::os::spawn::{EndSignal, Process};
use crate::os::watch::{Interest, Watch};
use crate::role;
use crate::ship::encode;
use crate::ship::function::Function;
use crate::ship::part::PartFunction;
use crate::sync::{Arc, Weak};
use crate::wire::frame::{HEADER, Header, Kind};
use crate::wire::hello::{Hello, MARKER};
use crate::wire::message::Output;
use crate::wire::page::{Page, SLOTS};

/// How many short tasks may be on their way to one worker. Enough to hide the way there and back (about 50 µs) behind tasks
/// of a microsecond, also while the worker keeps answers back; what turns out to be long is taken back when another worker
/// is free.
const WINDOW: usize = 256;

/// A worker with so many tasks before it need not get the next at once: they travel together, ...
const FED: usize = 32;

/// ... so many at a time.
const TOGETHER: usize = 16;

/// A task that was given to the worker and not answered.
pub(super) struct InFlight {
    /// Its number within the worker's life.
    pub(super) task: u64,
    pub(super) batch: Arc<Batch>,
    pub(super) item: usize,
    pub(super) retries_left: u32,
    /// How many workers have died when it was its turn.
    pub(super) n_deaths: u32,
    /// Nobody wants it any more: the worker is killed if it still runs then.
    pub(super) kill_at: Option<Instant>,
}

/// Why we killed a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Killed {
    /// The task with this number ran too long.
    RanTooLong(u64, Duration),
    /// For some other reason, or not yet known to be dead.
    Otherwise,
    /// It did not come to be a worker in time.
    Mute,
    /// We did not: it closed its line, so it has ended, or can do nothing for us any more.
    Deaf,
}

/// How far a worker is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// It has not said that it is ready, though tasks may be on their way to it.
    Starting,
    Serving,
    /// It was told that there is nothing more to do, and is killed if it has not gone by then.
    Leaving(Instant),
}

pub(super) struct Child {
    /// Never given twice within a pool.
    pub(super) number: u64,
    pub(super) process: Process,
    pub(super) socket: Arc<Socket>,
    pub(super) page: Arc<Page<SharedMemory>>,
    pub(super) outbox: Outbox,
    pub(super) in_flight: VecDeque<InFlight>,
    pub(super) age: Age,
    pub(super) born: Instant,
    pub(super) killed: Option<Killed>,
    /// What it says. `None` while somebody reads it, ...
    pub(super) line: Option<Line>,
    /// ... whom this wakes if it is not the supervisor.
    pub(super) bell: Arc<Bell>,
    /// The supervisor is to read what it says.
    pub(super) is_called: bool,
    /// The system says so.
    pub(super) has_ended: bool,
    /// What the supervisor waits for at its socket.
    watched: Interest,
    /// How often the line was lent.
    pub(super) leads: Leads,
    /// When to look into the page for answers that the worker keeps back.
    pub(super) look_at: Option<Instant>,
    /// Whether the supervisor knows that something waits to be sent.
    is_stuck: bool,
    /// How many tasks were put into the outbox since it was last empty.
    n_unsent: usize,
    next_task: u64,
    /// How many tasks it may still be given.
    quota: usize,
    known_parts: Vec<(u64, Weak<Part>)>,
}

impl Child {
    /// Starts a worker and greets it. `initializer` runs before its first task.
    pub(super) fn start(
        number: u64,
        initializer: Option<Function>,
        quota: usize,
        watch: &Watch,
        arguments: Option<&RunFile>,
    ) -> io::Result<Self> {
        let (near, far) = Socket::pair()?;
        let bell = Arc::new(Bell::new()?);
        let (memory, page) = SharedMemory::create()?;
        let answer_file = arguments.map(|_| MemoryFile::create()).transpose()?;
        let argument_file = arguments.map(RunFile::read_only).transpose()?;
        let passed = [Some(&page), argument_file.as_ref(), answer_file.as_ref().map(MemoryFile::descriptor)];
        let passed: Vec<_> = passed.into_iter().flatten().map(AsFd::as_fd).collect();
        let hello = Hello::of(image::identity()?).to_bytes();
        let greeting = Header { kind: Kind::Hello, number: initializer.is_some().into(), len: hello.len() };
        let greeting = [greeting.to_bytes().as_slice(), &hello].concat();
        // Into the empty buffer of a fresh socket: it fits.
        match near.send_with(&greeting, &passed)? {
            Moved::Bytes(n) if n == greeting.len() => {}
            _ => return Err(io::ErrorKind::WriteZero.into()),
        }
        if !role::recognises_workers() {
            let reason = "without the feature `constructor`, `main` has to begin with `concurrent_futures::init()`";
            return Err(io::Error::other(reason));
        }
        let near = Arc::new(near);
        watch.add(near.as_fd(), Voice::Line(number).token(), Interest::READ)?;
        let process = Process::start(far, MARKER).inspect_err(|_| watch.remove(near.as_fd()))?;
        let is_watched =
            |end: Arc<EndSignal>| watch.add(end.as_fd(), Voice::End(number).token(), Interest::READ).is_ok();
        let tells_end = process.end().is_some_and(is_watched);
        let mut outbox = Outbox::default();
        if let Some(function) = initializer {
            let mut no_arguments = Vec::new();
            encode(&(), &mut Output::new(&mut no_arguments)).map_err(io::Error::other)?;
            let out = outbox.bytes();
            put_header(out, Kind::Initialize, 0, Function::SIZE + no_arguments.len());
            function.write(out);
            out.extend_from_slice(&no_arguments);
        }
        let page = Arc::new(Page::new(memory));
        Ok(Self {
            number,
            process,
            line: Some(Line::new(Arc::clone(&near), Arc::clone(&page), answer_file, tells_end)),
            socket: near,
            page,
            outbox,
            in_flight: VecDeque::new(),
            age: Age::Starting,
            born: Instant::now(),
            killed: None,
            bell,
            is_called: false,
            has_ended: false,
            watched: Interest::READ,
            leads: Leads::none(),
            look_at: None,
            is_stuck: false,
            n_unsent: 0,
            next_task: 0,
            quota,
            known_parts: Vec::new(),
        })
    }

    /// Whether nothing tells that it has come to be a worker.
    pub(super) fn is_mute(&self) -> bool {
        self.age == Age::Starting && self.page.awake_at().is_none() && !self.page.has_answers()
    }

    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.age, Age::Leaving(_))
    }

    /// Whether it has nothing to do and can be given something.
    pub(super) fn is_free(&self) -> bool {
        self.in_flight.is_empty() && self.room() > 0
    }

    /// Whether `run` may be given to it although it has something to do.
    pub(super) fn accepts_more(&self, run: &Run) -> bool {
        let waiting = self.in_flight.len();
        // One chunk runs, one waits; of single tasks and small chunks so many that the way there and back does not matter.
        waiting < WINDOW.max(run.items.len() + 1) && self.room() > 0
    }

    /// Gives it the first tasks of `run`, as many as it can take, and leaves the others.
    pub(super) fn give(&mut self, run: &mut Run) {
        let n = run.items.len().min(self.room());
        let part = match &run.batch.callee {
            Callee::Function(_) => 0,
            Callee::Part(part) => {
                self.introduce(part);
                part.number
            }
        };
        let items = run.items.start..run.items.start + n;
        run.items.start = items.end;
        self.outbox.put_tasks(self.next_task, &run.batch, part, items.clone());
        for item in items {
            let task = self.next_task;
            self.next_task += 1;
            self.page.offer(task);
            let batch = Arc::clone(&run.batch);
            let Run { retries_left, n_deaths, .. } = *run;
            self.in_flight.push_back(InFlight { task, batch, item, retries_left, n_deaths, kill_at: None });
        }
        self.quota -= n;
        self.n_unsent += n;
    }

    /// Whether what waits in the outbox should be sent now. Otherwise it is at the next answer, of which some are to come.
    pub(super) fn is_hungry(&self) -> bool {
        !self.outbox.is_empty() && (self.n_unsent >= TOGETHER || self.in_flight.len() < self.n_unsent + FED)
    }

    /// Sends what fits; a worker to which nothing can be sent is of no use. Returns whether, other than before, the
    /// supervisor has to wait until more fits.
    pub(super) fn flush(&mut self) -> bool {
        if self.outbox.flush(&self.socket).is_err() {
            self.kill(Killed::Otherwise);
        }
        if self.outbox.is_empty() {
            self.n_unsent = 0;
        }
        let was_stuck = std::mem::replace(&mut self.is_stuck, !self.outbox.is_empty());
        self.is_stuck && !was_stuck
    }

    /// Sends what fits, but leaves what takes long to the supervisor. Returns like [`flush`](Self::flush).
    pub(super) fn flush_quickly(&mut self) -> bool {
        if self.outbox.is_long() { !std::mem::replace(&mut self.is_stuck, true) } else { self.flush() }
    }

    /// Takes back all but the oldest task. Returns also whether that one still runs, as far as can be told: if another has
    /// started, it is over.
    pub(super) fn isolate_oldest(&mut self) -> (Vec<InFlight>, bool) {
        let (mut taken, mut is_running) = (Vec::new(), true);
        for index in (1..self.in_flight.len()).rev() {
            match self.revoke(index) {
                Some(flying) => taken.push(flying),
                None => is_running &= !self.page.has_started(self.in_flight[index].task),
            }
        }
        (taken, is_running)
    }

    /// Takes back the task at `index` of those in flight. `None` if it has started.
    pub(super) fn revoke(&mut self, index: usize) -> Option<InFlight> {
        let task = self.in_flight.get(index)?.task;
        if !self.page.revoke(task) {
            return None;
        }
        self.quota += 1;
        self.in_flight.remove(index)
    }

    /// The task that it has answered.
    pub(super) fn answered(&mut self, task: u64) -> Option<InFlight> {
        // In order, unless it answers what was never asked.
        (self.in_flight.front()?.task == task).then(|| self.in_flight.pop_front()).flatten()
    }

    /// Whether it is done with all it may do.
    pub(super) fn is_spent(&self) -> bool {
        self.quota == 0 && self.in_flight.is_empty() && !self.is_leaving()
    }

    /// Tells it that there is nothing more to do. It is killed if it has not gone by `deadline`.
    pub(super) fn dismiss(&mut self, deadline: Instant) {
        if !self.is_leaving() {
            self.age = Age::Leaving(deadline);
            self.socket.finish();
        }
    }

    pub(super) fn kill(&mut self, why: Killed) {
        self.killed.get_or_insert(why);
        self.process.kill();
    }

    /// Has the supervisor wait for what is to be read or written at the socket now.
    pub(super) fn watch(&mut self, watch: &Watch) {
        let read = self.line.as_ref().is_some_and(|line| !line.is_deaf);
        let write = !self.outbox.is_empty() && self.killed.is_none();
        let wanted = Interest { read, write };
        if wanted != self.watched {
            self.watched = wanted;
            watch.change(self.socket.as_fd(), Voice::Line(self.number).token(), wanted);
        }
    }

    /// Whether it has something to do, and nobody waits for what it says.
    pub(super) fn is_unheard(&self) -> bool {
        !self.in_flight.is_empty() && self.line.is_some() && !self.watched.read
    }

    /// Whether a thread that waits for one task after the other reads the line, and will again.
    pub(super) fn is_led(&mut self, now: Instant) -> bool {
        let has_reader = self.line.is_none() || self.in_flight.is_empty();
        self.leads.were_many(now) && has_reader && self.age == Age::Serving && self.outbox.is_empty()
    }

    /// It has ended.
    pub(super) fn unwatch(&self, watch: &Watch) {
        watch.remove(self.socket.as_fd());
        self.process.end().into_iter().for_each(|end| watch.remove(end.as_fd()));
    }

    /// Gives the line to a thread that waits for a task of `batch`, if this is all that is to be heard here.
    pub(super) fn lend_line(&mut self, batch: &Arc<Batch>) -> Option<Line> {
        let is_alone = self.in_flight.len() == 1 && Arc::ptr_eq(&self.in_flight[0].batch, batch);
        let is_well = self.age == Age::Serving && self.killed.is_none() && !self.has_ended;
        if is_alone && is_well && !self.is_called && self.outbox.is_empty() {
            self.line.take_if(|line| !line.is_deaf)
        } else {
            None
        }
    }

    /// Asks whoever reads the line to leave that to the supervisor.
    pub(super) fn call_line_back(&mut self) {
        self.is_called = true;
        self.bell.ring();
    }

    /// Tells it of parts that it need not keep any more.
    pub(super) fn forget_parts(&mut self) {
        let outbox = &mut self.outbox;
        self.known_parts.retain(|(number, part)| {
            let is_wanted = part.strong_count() > 0;
            if !is_wanted {
                put_header(outbox.bytes(), Kind::Forget, *number, 0);
            }
            is_wanted
        });
    }

    fn introduce(&mut self, part: &Arc<Part>) {
        if self.known_parts.iter().any(|(number, _)| *number == part.number) {
            return;
        }
        self.forget_parts();
        self.known_parts.push((part.number, Arc::downgrade(part)));
        let out = self.outbox.bytes();
        put_header(out, Kind::Part, part.number, PartFunction::SIZE + part.captured.len());
        part.function.write(out);
        self.outbox.put_captured(part);
    }

    /// How many tasks it can take now.
    fn room(&self) -> usize {
        if self.is_leaving() || self.killed.is_some() {
            return 0;
        }
        let oldest = self.in_flight.front().map_or(self.next_task, |oldest| oldest.task);
        let slots = SLOTS - (self.next_task - oldest);
        self.quota.min(slots as usize)
    }
}

fn put_header(out: &mut Vec<u8>, kind: Kind, number: u64, len: usize) {
    out.reserve(HEADER);
    out.extend_from_slice(&Header { kind, number, len }.to_bytes());
}
