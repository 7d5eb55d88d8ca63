//! The one thread of a process pool: it starts workers, hears what they say, and notices their ends.

use std::cell::{OnceCell, RefCell};
use std::io;
use std::iter;
use std::thread;
use std::time::{Duration, Instant};

use super::batch::Run;
use super::child::{Child, Killed};
use super::core::Core;
use super::lead::AWAY;
use super::line::{Line, News, Rest, Voice};
use super::state::{Answer, Delivery, LOOK, Phase};
use crate::executor::Launch;
use crate::future::Later;
use crate::label::Label;
use crate::os::clock::monotonic_nanos;
use crate::sync::Arc;
use crate::task::outcome;
use crate::thread::pool::ThreadPool;

/// How long the memory of huge messages is kept for the next.
const KEPT_TIME: Duration = Duration::from_secs(1);

/// Starts the supervisor of a pool. It ends when the pool is closed and its last worker has ended.
pub(super) fn start(core: Arc<Core>) -> io::Result<()> {
    let name = core.plan.name.clone();
    let supervisor = move || {
        let mut supervisor = Supervisor { aside: Aside::new(&core), core, last_heard: Instant::now() };
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
        Arc::clone(&batch.sink).answer(&mut iter::once((item, Err(error))), later);
    }
}

struct Supervisor {
    core: Arc<Core>,
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
    // A thread whose locals are gone is ending, and runs no callback.
    ERRANDS.try_with(|errands| errands.borrow().contains(&std::ptr::from_ref(core))).unwrap_or(false)
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
            for (label, task) in agenda.errands {
                self.aside.run(label, task);
            }
            if is_finished {
                return;
            }
            for Run { batch, .. } in agenda.rubbish {
                self.core.let_go(batch);
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
            if !agenda.hear.is_empty() {
                agenda.hear.into_iter().for_each(|child| self.hear(child));
                continue;
            }
            self.listen(deadline);
        }
    }

    /// Sleeps until a worker says something or ends, the bell rings, or the deadline comes; then hears what there is.
    fn listen(&mut self, deadline: Option<Instant>) {
        let core = Arc::clone(&self.core);
        let (limit, keeps) = {
            let mut state = core.state.lock();
            let now = Instant::now();
            let mut again = None;
            for child in &mut state.children {
                if child.is_led(now) {
                    again = Some(now + AWAY);
                } else {
                    child.watch(&core.watch);
                }
            }
            let mut lines = state.children.iter().filter_map(|child| child.line.as_ref());
            // Memory of huge messages, to be given back some time.
            let keeps = core.keeps_memory() || lines.any(|line| line.inbox.is_large());
            let given_back = keeps.then_some(now + KEPT_TIME);
            state.wakes_at = [deadline, given_back, again].into_iter().flatten().min();
            (state.wakes_at.map(|moment| moment.saturating_duration_since(now)), keeps)
        };
        // Wakers: see `Watch::wait`, and the bell.
        let ready = core.watch.wait(limit);
        let mut heard = Vec::new();
        for token in ready {
            match Voice::of(token) {
                Voice::Bell => core.bell.silence(),
                Voice::Line(child) => heard.push(child),
                Voice::End(child) => {
                    self.with_child(child, |child| child.has_ended = true);
                    heard.push(child);
                }
            }
        }
        if !heard.is_empty() {
            self.last_heard = Instant::now();
        } else if keeps && self.last_heard.elapsed() >= KEPT_TIME {
            let mut state = core.state.lock();
            state.children.iter_mut().filter_map(|child| child.line.as_mut()).for_each(|line| line.inbox.slim());
            drop(state);
            core.spare.give_back();
        }
        if let Some(file) = &core.argument_file {
            file.slim();
        }
        for child in heard {
            self.hear(child);
        }
    }

    fn start_child(&mut self, number: u64) {
        let plan = &self.core.plan;
        let argument_file = self.core.argument_file.as_deref();
        let started = Child::start(number, plan.initializer, plan.max_tasks, &self.core.watch, argument_file);
        let now = Instant::now();
        let mut state = self.core.state.lock();
        match started {
            Ok(child) => {
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
    fn hear(&mut self, number: u64) {
        let Some((mut line, has_ended)) = self.take_line(number) else { return };
        let is_closed = line.read(has_ended) == News::Closed;
        let is_broken = self.understand(number, &mut line);
        line.is_deaf |= is_closed || is_broken;
        // Where the system tells of its end, that is waited for first.
        if has_ended || (line.is_deaf && !line.tells_end) {
            return self.bury(number, line);
        }
        self.with_child(number, |child| {
            // One that has closed its line, by whatever mistake, can do nothing for us; one that leaves may take its time.
            if is_broken {
                child.kill(Killed::Otherwise);
            } else if line.is_deaf && !child.is_leaving() {
                child.kill(Killed::Deaf);
            }
            child.line = Some(line);
        });
    }

    /// Fetches the answers that a worker keeps back.
    fn look_into(&mut self, number: u64) {
        let Some((mut line, _)) = self.take_line(number) else {
            return self.with_child(number, Child::call_line_back);
        };
        let looked = monotonic_nanos();
        let has_news = line.read_page();
        let is_broken = self.understand(number, &mut line);
        line.is_deaf |= is_broken;
        let mut state = self.core.state.lock();
        if !is_broken && !has_news {
            state.look_again(number, looked, Instant::now());
        }
        if let Some(child) = state.child(number) {
            if is_broken {
                child.kill(Killed::Otherwise);
            }
            child.line = Some(line);
        }
    }

    /// The line of a worker, and whether that has ended. `None` while another thread has it in hands, who reads what comes, and
    /// is to give it back for the burial.
    fn take_line(&self, number: u64) -> Option<(Line, bool)> {
        let mut state = self.core.state.lock();
        let child = state.child(number)?;
        if child.line.is_none() && child.has_ended {
            child.call_line_back();
        }
        let line = child.line.take()?;
        child.is_called = false;
        Some((line, child.has_ended))
    }

    /// Takes the frames from the inbox and delivers the answers. True if there is something else in it.
    fn understand(&self, number: u64, line: &mut Line) -> bool {
        let (deliveries, rest) = self.core.understand(number, line, |_, _| true);
        self.deliver(deliveries, Some(line));
        rest == Rest::Garbage
    }

    /// The worker of this line is dead, or will be at once: hears its last words and settles what it leaves behind.
    fn bury(&mut self, number: u64, mut line: Line) {
        let process = {
            let mut state = self.core.state.lock();
            let Some(child) = state.child(number) else { return };
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
        self.understand(number, &mut line);
        let deliveries = {
            let mut state = self.core.state.lock();
            let index = state.children.iter().position(|child| child.number == number);
            let deliveries = index.map(|index| {
                state.children[index].unwatch(&self.core.watch);
                state.bury(index, end)
            });
            if state.dispatch(Instant::now()) {
                self.core.bell.ring();
            }
            deliveries
        };
        self.deliver(deliveries.unwrap_or_default(), None);
    }

    fn deliver(&self, deliveries: Vec<Delivery>, line: Option<&Line>) {
        self.core.deliver(deliveries, line, &|label, task| {
            self.core.state.lock().n_errands += 1;
            self.aside.run(label, task);
        });
    }

    fn with_child(&self, number: u64, act: impl FnOnce(&mut Child)) {
        if let Some(child) = self.core.state.lock().child(number) {
            act(child);
        }
    }
}

impl Aside {
    fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), threads: OnceCell::new() }
    }

    /// Has a task run that was counted.
    fn run(&self, label: Label, task: Later) {
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
