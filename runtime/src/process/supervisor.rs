//! The one thread of a process pool: it starts workers, hears what they say, and notices their ends.

use std::cell::{OnceCell, RefCell};
use std::io;
use std::ops::Range;
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

use super::batch::{Batch, Run};
use super::child::{Child, Killed};
use super::core::Core;
use super::spare::Spare;
use super::state::{Answer, Delivery, LOOK, Phase};
use crate::executor::Launch;
use crate::future::Later;
use crate::label::Label;
use crate::os::clock::monotonic_nanos;
use crate::os::memory::SharedMemory;
use crate::os::memory_file::MemoryFile;
use crate::os::socket::{Moved, Socket};
use crate::os::spawn::EndSignal;
use crate::os::watch::{self, Interest};
use crate::sync::Arc;
use crate::task::outcome;
use crate::thread::pool::ThreadPool;
use crate::wire::frame::{Broken, Inbox};
use crate::wire::message::{Message, RunReader};
use crate::wire::page::Page;

/// How much is read from one worker before another gets its turn.
const FAIR_SHARE: usize = 4 * 1024 * 1024;

/// How long the system is left alone when it cannot tell who is ready.
const RESPITE: Duration = Duration::from_millis(1);
/// How long the memory of huge messages is kept for the next.
const KEPT_TIME: Duration = Duration::from_secs(1);

/// Starts the supervisor of a pool. It ends when the pool is closed and its last worker has ended.
pub(super) fn start(core: Arc<Core>) -> io::Result<()> {
    let name = core.plan.name.clone();
    let supervisor = move || {
        let mut supervisor =
            Supervisor { aside: Aside::new(&core), core, lines: Vec::new(), last_heard: Instant::now() };
        supervisor.run();
        supervisor.core.state.lock().phase = Phase::Ended;
        supervisor.core.ended.notify_all();
    };
    // Detached: who waits for it waits for `ended`, and may be one of the callbacks that it runs.
    thread::Builder::new().name(name).spawn(supervisor).map(drop)
}

/// Tells a task of its failure.
pub(super) fn deliver_failure(delivery: Delivery, later: &dyn Fn(Later)) {
    if let Delivery { batch, item, answer: Answer::Failed(error) } = delivery {
        Arc::clone(&batch.sink).answer(item, Err(error), later);
    }
}

struct Supervisor {
    core: Arc<Core>,
    /// The ears for each worker that lives.
    lines: Vec<Line>,
    /// When a worker last said something.
    last_heard: Instant,
    aside: Aside,
}

/// Threads for what may block, such as callbacks. Made when first needed.
struct Aside {
    core: Arc<Core>,
    threads: OnceCell<ThreadPool>,
}

/// Something that another thread is to do. If that refuses, it is done when this is dropped: somebody waits for it.
struct Errand {
    label: Label,
    task: Option<Later>,
    /// Dropped after it, however it ends.
    count: Count,
}

/// One of the errands that have not been done.
struct Count(Arc<Core>);

thread_local! {
    /// The pools on whose errands this thread is. Compared and never followed.
    static ERRANDS: RefCell<Vec<*const Core>> = const { RefCell::new(Vec::new()) };
}

/// Whether the calling thread runs a callback for this pool.
pub(super) fn is_on_errand_of(core: &Core) -> bool {
    ERRANDS.with_borrow(|errands| errands.contains(&std::ptr::from_ref(core)))
}

/// What comes from one worker.
struct Line {
    child: u64,
    socket: Arc<Socket>,
    page: Arc<Page<SharedMemory>>,
    answer_file: Option<Arc<MemoryFile>>,
    end: Option<Arc<EndSignal>>,
    inbox: Inbox,
    /// Nothing more comes through the socket, or nothing that can be understood: only the worker's end is waited for.
    is_deaf: bool,
    /// How many bytes of the worker's answers came through the socket.
    n_received: u64,
    /// How many of them are known, through the socket or the page.
    n_known: u64,
}

impl Supervisor {
    fn run(&mut self) {
        loop {
            let now = Instant::now();
            let (agenda, is_finished) = {
                let mut state = self.core.state.lock();
                let agenda = state.tick(now);
                (agenda, state.is_finished())
            };
            if is_finished {
                return;
            }
            for Run { batch, .. } in agenda.rubbish {
                let_go(batch, &self.core.spare);
            }
            let mut deadline = agenda.deadline;
            for child in agenda.look_into {
                self.look_into(child);
                // What was found may ask for another look.
                let again = now + LOOK;
                deadline = Some(deadline.map_or(again, |moment| moment.min(again)));
            }
            if let Some(number) = agenda.start {
                self.start_child(number);
                continue;
            }
            self.listen(deadline);
        }
    }

    /// Sleeps until a worker says something or ends, the bell rings, or the deadline comes; then hears what there is.
    fn listen(&mut self, deadline: Option<Instant>) {
        let core = Arc::clone(&self.core);
        let wants_to_write: Vec<u64> = {
            let state = core.state.lock();
            let waiting = state.children.iter().filter(|child| !child.outbox.is_empty() && child.killed.is_none());
            waiting.map(|child| child.number).collect()
        };
        let mut interests = vec![Interest { descriptor: core.bell.as_fd(), write: false }];
        for line in &self.lines {
            if !line.is_deaf {
                let write = wants_to_write.contains(&line.child);
                interests.push(Interest { descriptor: line.socket.as_fd(), write });
            }
            interests.extend(line.end.as_ref().map(|end| Interest { descriptor: end.as_fd(), write: false }));
        }
        let limit = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let keeps = self.keeps_memory();
        let limit = if keeps { Some(limit.map_or(KEPT_TIME, |limit| limit.min(KEPT_TIME))) } else { limit };
        // Wakers: see `watch::wait`. An error is a lack of memory, or a limit on descriptors that was lowered: then all are
        // asked, and who has ended is found out by its socket.
        let ready = watch::wait(&interests, limit).ok();
        drop(interests);
        let is_blind = ready.is_none();
        if is_blind {
            // Waker: the clock.
            thread::sleep(RESPITE);
        }
        let mut ready = ready.into_iter().flatten();
        if ready.next() == Some(true) || is_blind {
            core.bell.silence();
        }
        let mut heard = Vec::new();
        for line in &self.lines {
            let speaks = !line.is_deaf && (ready.next() == Some(true) || is_blind);
            let has_ended = line.end.is_some() && (ready.next() == Some(true) || (is_blind && line.is_deaf));
            if speaks || has_ended {
                heard.push((line.child, has_ended));
            }
        }
        if !heard.is_empty() {
            self.last_heard = Instant::now();
        } else if keeps && self.last_heard.elapsed() >= KEPT_TIME {
            self.lines.iter_mut().for_each(|line| line.inbox.slim());
            core.spare.give_back();
        }
        if let Some(file) = &core.argument_file {
            file.slim();
        }
        for (child, has_ended) in heard {
            self.hear(child, has_ended);
        }
    }

    /// Whether there is memory of huge messages, to be given back some time.
    fn keeps_memory(&self) -> bool {
        let keeps_runs = self.core.argument_file.as_ref().is_some_and(|file| file.is_kept());
        keeps_runs || self.core.spare.is_kept() || self.lines.iter().any(|line| line.inbox.is_large())
    }

    fn start_child(&mut self, number: u64) {
        let plan = &self.core.plan;
        let started = Child::start(number, plan.initializer, plan.max_tasks, self.core.argument_file.as_deref());
        let now = Instant::now();
        let mut state = self.core.state.lock();
        match started {
            Ok(child) => {
                self.lines.push(Line {
                    child: number,
                    socket: Arc::clone(&child.socket),
                    page: Arc::clone(&child.page),
                    answer_file: child.answer_file.clone(),
                    end: child.process.end(),
                    inbox: Inbox::default(),
                    is_deaf: false,
                    n_received: 0,
                    n_known: 0,
                });
                state.children.push(child);
                state.dispatch(now);
            }
            Err(error) => {
                let failed = state.not_started(&error.to_string(), now);
                drop(state);
                self.deliver(failed, None);
            }
        }
    }

    /// Hears what a worker has said, and buries it if it is dead.
    fn hear(&mut self, child: u64, has_ended: bool) {
        let Some(at) = self.lines.iter().position(|line| line.child == child) else { return };
        // Taken out, so that what is heard can be delivered meanwhile.
        let mut line = self.lines.swap_remove(at);
        let is_closed = line.read(has_ended);
        let is_broken = self.understand(&mut line).is_err();
        line.is_deaf |= is_closed || is_broken;
        if line.is_deaf && !has_ended {
            // One that has closed its line, by whatever mistake, can do nothing for us; one that leaves may take its time.
            let why = if is_broken { Killed::Otherwise } else { Killed::Deaf };
            self.with_child(child, |child| {
                if is_broken || !child.is_leaving() {
                    child.kill(why)
                }
            });
        }
        // Where the system tells of its end, that is waited for first.
        if has_ended || (line.is_deaf && line.end.is_none()) {
            self.bury(line);
        } else {
            self.lines.push(line);
        }
    }

    /// Fetches the answers that a worker keeps back.
    fn look_into(&mut self, child: u64) {
        let Some(at) = self.lines.iter().position(|line| line.child == child) else { return };
        let mut line = self.lines.swap_remove(at);
        let looked = monotonic_nanos();
        let has_news = line.read_page();
        let is_broken = self.understand(&mut line).is_err();
        line.is_deaf |= is_broken;
        self.lines.push(line);
        if is_broken {
            self.with_child(child, |child| child.kill(Killed::Otherwise));
        } else if !has_news {
            self.core.state.lock().look_again(child, looked, Instant::now());
        }
    }

    /// Takes the frames from the inbox: tells the state, gives the worker more to do, and then delivers the answers.
    fn understand(&mut self, line: &mut Line) -> Result<(), Broken> {
        let mut outcome = Ok(());
        let mut deliveries = Vec::new();
        {
            let mut state = self.core.state.lock();
            let Some(index) = state.children.iter().position(|child| child.number == line.child) else { return Ok(()) };
            loop {
                match line.inbox.next() {
                    Ok(Some((header, at))) => {
                        let payload = line.inbox.payload(at.clone());
                        deliveries.extend(state.hear(index, header.kind, header.number, payload, at));
                    }
                    Ok(None) => break,
                    Err(broken) => {
                        outcome = Err(broken);
                        break;
                    }
                }
            }
            let now = Instant::now();
            state.go_on(index, now);
            if state.dispatch(now) {
                // Noticed by the next tick, which comes when we are back.
                self.core.bell.ring();
            }
        }
        self.deliver(deliveries, Some(line));
        line.settle();
        outcome
    }

    /// The worker of this line is dead, or will be at once: hears its last words and settles what it leaves behind.
    fn bury(&mut self, mut line: Line) {
        let process = {
            let mut state = self.core.state.lock();
            let Some(child) = state.children.iter_mut().find(|child| child.number == line.child) else { return };
            // It has ended, or, where that cannot be seen, has closed its line, which workers do by ending. So the wait
            // below is short.
            child.process.kill();
            child.process.take()
        };
        let Some(process) = process else { return };
        let end = process.wait();
        line.read(true);
        line.read_page();
        // What is not a frame is what it did not finish.
        self.understand(&mut line).ok();
        let deliveries = {
            let mut state = self.core.state.lock();
            let index = state.children.iter().position(|child| child.number == line.child);
            let deliveries = index.map(|index| state.bury(index, end));
            if state.dispatch(Instant::now()) {
                self.core.bell.ring();
            }
            deliveries
        };
        self.deliver(deliveries.unwrap_or_default(), None);
    }

    fn deliver(&self, deliveries: Vec<Delivery>, line: Option<&Line>) {
        for Delivery { batch, item, answer } in deliveries {
            let label = batch.sink.label();
            let answer = match answer {
                Answer::Value(at) => Ok(line.expect("a value comes from a line").message(at)),
                Answer::Failed(error) => Err(error),
            };
            Arc::clone(&batch.sink).answer(item, answer, &|task| self.aside.run(label, task));
            let_go(batch, &self.core.spare);
        }
    }

    fn with_child(&self, number: u64, act: impl FnOnce(&mut Child)) {
        let mut state = self.core.state.lock();
        if let Some(child) = state.children.iter_mut().find(|child| child.number == number) {
            act(child);
        }
    }
}

/// Drops what may be the last that is left of some tasks, without the lock: results that nobody wants are the user's values.
/// The memory of its arguments is for the next.
fn let_go(batch: Arc<Batch>, spare: &Spare) {
    let label = batch.sink.label();
    let drop_it = || Arc::into_inner(batch).and_then(Batch::into_arguments).into_iter().for_each(|old| spare.keep(old));
    outcome::contain("dropping the results", label, drop_it);
}

impl Aside {
    fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), threads: OnceCell::new() }
    }

    fn run(&self, label: Label, task: Later) {
        self.core.state.lock().n_errands += 1;
        let errand = Errand { label, task: Some(task), count: Count(Arc::clone(&self.core)) };
        // Two, and spare ones while they block: a callback may wait for a task that has callbacks too.
        let threads = self.threads.get_or_init(|| ThreadPool::for_tasks(2));
        // What it may tell has been told: the task that it belongs to contains its panics.
        drop(threads.launch(label, move || drop(errand)));
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            let core = Arc::as_ptr(&self.count.0);
            ERRANDS.with_borrow_mut(|errands| errands.push(core));
            outcome::contain("a callback", self.label, task);
            ERRANDS.with_borrow_mut(|errands| errands.pop());
        }
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.state.lock().n_errands -= 1;
        self.0.ended.notify_all();
    }
}

impl Line {
    /// What one answer holds.
    fn message(&self, at: Range<usize>) -> Message<'_> {
        let runs = self.answer_file.as_deref().map(|file| file as &dyn RunReader);
        Message { bytes: self.inbox.payload(at), runs }
    }

    /// Says that all whole answers have been delivered: the worker may use the space of their long runs again.
    fn settle(&self) {
        self.page.settle(self.n_known - self.inbox.n_left() as u64);
    }

    /// Reads what has come: a fair share, or all of it if the worker has ended. Returns whether the socket is closed.
    fn read(&mut self, has_ended: bool) -> bool {
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
                Ok(Moved::Full) => return false,
                Ok(Moved::Closed) | Err(_) => return true,
            }
        }
        false
    }

    /// Reads what the worker has answered and not sent. Returns whether there was something.
    fn read_page(&mut self) -> bool {
        let kept_back = self.page.answers_from(self.n_known);
        self.inbox.room().extend_from_slice(&kept_back);
        self.n_known += kept_back.len() as u64;
        !kept_back.is_empty()
    }
}
