//! Tells on standard error when a pool does not get on, and who waits for whom. Off unless asked for.
//!
//! A watched pool notes what each worker is doing, and each start, end, block and going on as an event. A thread of its
//! own looks at the events, seldom.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use crate::future::waits_of;
use crate::label::Label;
use crate::sync::{AtomicU64, Mutex, Ordering};
use crate::task::context::{self, PoolId, ThreadId};

/// How many queued tasks a report names.
const NAMED: usize = 10;

/// What the workers of one pool are doing.
pub(super) struct Watch {
    limit: Duration,
    events: AtomicU64,
    workers: Mutex<BTreeMap<ThreadId, Worker>>,
}

struct Worker {
    name: String,
    task: Label,
    is_blocked: bool,
}

/// What a watch saw the last time it looked.
pub(super) struct Seen {
    events: u64,
    since: Instant,
    is_reported: bool,
}

impl Watch {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, events: AtomicU64::new(0), workers: Mutex::new(BTreeMap::new()) }
    }

    /// How long to do nothing between two looks.
    pub(super) fn pause(&self) -> Duration {
        // A limit that is hardly one must not keep a core busy.
        (self.limit / 4).max(Duration::from_millis(1))
    }

    /// The calling worker starts `task`.
    pub(super) fn note_start(&self, task: Label) {
        let name = thread::current().name().unwrap_or("a worker").to_owned();
        self.workers.lock().insert(context::thread_id(), Worker { name, task, is_blocked: false });
        self.note_event();
    }

    /// The calling worker has ended its task.
    pub(super) fn note_end(&self) {
        self.workers.lock().remove(&context::thread_id());
        self.note_event();
    }

    /// The calling worker blocks, or goes on.
    pub(super) fn note_blocked(&self, is_blocked: bool) {
        if let Some(worker) = self.workers.lock().get_mut(&context::thread_id()) {
            worker.is_blocked = is_blocked;
        }
        self.note_event();
    }

    fn note_event(&self) {
        // Relaxed: a count that orders nothing. A look that misses an event sees it the next time.
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn begin(&self) -> Seen {
        Seen { events: self.events.load(Ordering::Relaxed), since: Instant::now(), is_reported: false }
    }

    /// Whether a pool that has something to do has not got on for as long as it may. True once for each such time.
    pub(super) fn is_stuck(&self, seen: &mut Seen) -> bool {
        if self.events.load(Ordering::Relaxed) != seen.events {
            *seen = self.begin();
        }
        let is_stuck = !seen.is_reported && seen.since.elapsed() >= self.limit;
        seen.is_reported |= is_stuck;
        is_stuck
    }

    /// Some lines on who waits for whom.
    pub(super) fn report(&self, name: &str, pool: PoolId, queued: &[Label]) -> String {
        let workers = self.workers.lock();
        let name_of = |thread| workers.get(&thread).map(|worker| worker.name.as_str());
        let mut waits: BTreeMap<ThreadId, String> = waits_of(pool, &name_of).into_iter().collect();
        let n_blocked = workers.values().filter(|worker| worker.is_blocked).count();
        let mut text = format!(
            "concurrent-futures: in the pool `{name}` no task has started or ended for {:?}; {n_blocked} of {} workers \
             with a task are blocked, {} tasks are queued",
            self.limit,
            workers.len(),
            queued.len(),
        );
        for (thread, Worker { name, task, is_blocked }) in workers.iter() {
            let what = match waits.remove(thread) {
                Some(wait) => wait,
                None if *is_blocked => format!("{task} is in `blocking`, or in a wait with a limit"),
                None => format!("{task} runs, or is blocked by something that the pool does not know"),
            };
            write!(text, "\n  {name}: {what}").expect("writing to a string succeeds");
        }
        for task in queued.iter().take(NAMED) {
            write!(text, "\n  queued: {task}").expect("writing to a string succeeds");
        }
        if queued.len() > NAMED {
            write!(text, "\n  queued: {} more", queued.len() - NAMED).expect("writing to a string succeeds");
        }
        text
    }
}
