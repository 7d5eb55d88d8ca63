//! Who waits for whom, kept only for workers that are about to sleep, to find waits that could never end.
//!
//! A task that runs is held by a thread; a thread that sleeps waits for one of several tasks, or for the end of a pool; a
//! queued task waits for any thread of its pool, once the pool can start no more. The calling thread may not go to sleep
//! if, following these arrows, every way on leads back to itself. Waits with a deadline are not in the graph: they end by
//! themselves, and then their thread goes on.
//!
//! The lock order is: this graph, then a task's state.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::task_cell::{Home, Needs, Runnable};
use crate::error::Error;
use crate::label::Label;
use crate::sync::{Arc, Mutex};
use crate::task::context::{self, PoolId, ThreadId};

static WAITS: Mutex<BTreeMap<ThreadId, Wait>> = Mutex::new(BTreeMap::new());

/// A sleeping thread.
struct Wait {
    /// Whose worker the thread is.
    pool: Option<PoolId>,
    /// The innermost task on the thread, which is the one that waits.
    task: Option<Label>,
    on: Awaited,
}

impl Wait {
    fn describe<'n>(&self, name_of: &dyn Fn(ThreadId) -> Option<&'n str>) -> String {
        let mut text = self.task.map_or_else(|| "a part of a loop".to_owned(), |task| task.to_string());
        let targets = match &self.on {
            Awaited::AnyOf(targets) => targets,
            Awaited::EndOf(_) => return text + " waits for the end of a pool",
        };
        for (i, target) in targets.iter().take(NAMED).enumerate() {
            text.push_str(if i == 0 { " waits for " } else { " or " });
            let place = match target.needs() {
                Needs::Nobody => "about to end".to_owned(),
                Needs::Thread(thread) => match name_of(thread) {
                    Some(name) => format!("running on {name}"),
                    None => "running elsewhere".to_owned(),
                },
                Needs::Worker(_) => "queued".to_owned(),
            };
            write!(text, "{}, {place}", target.label()).expect("writing to a string succeeds");
        }
        if targets.len() > NAMED {
            write!(text, " or one of {} more", targets.len() - NAMED).expect("writing to a string succeeds");
        }
        text
    }
}

/// How many of the tasks that a thread waits for a description names.
const NAMED: usize = 5;

/// What a thread sleeps for.
enum Awaited {
    AnyOf(Vec<Arc<dyn Runnable>>),
    /// All threads of a pool.
    EndOf(PoolId),
}

/// A thread's place in the graph, left when dropped.
pub(crate) struct Entry(Option<ThreadId>);

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(thread) = self.0 {
            let left = WAITS.lock().remove(&thread);
            // Outside the lock: this may be the last owner of a task, and of what the user put into it.
            drop(left);
        }
    }
}

/// Announces that the calling thread is about to sleep until one of `targets` ends.
///
/// # Errors
///
/// The deadlock, if no target could ever end while this thread sleeps.
pub(super) fn enter(targets: impl FnOnce() -> Vec<Arc<dyn Runnable>>, has_deadline: bool) -> Result<Entry, Error> {
    // Only a thread that is inside a task can hold up a task; for others the graph is not touched.
    if !context::inside_worker() {
        return Ok(Entry(None));
    }
    sleep_on(Awaited::AnyOf(targets()), has_deadline)
}

/// Announces that the calling thread is about to sleep until every thread of `pool` has ended.
///
/// # Errors
///
/// The deadlock, if one of them could not end while this thread sleeps.
pub(crate) fn enter_end_of(pool: PoolId) -> Result<Entry, Error> {
    if !context::inside_worker() {
        return Ok(Entry(None));
    }
    sleep_on(Awaited::EndOf(pool), false)
}

/// What the sleeping threads of `pool` wait for, for people to read. `name_of` names threads, as far as they are known.
pub(crate) fn waits_of<'n>(pool: PoolId, name_of: &dyn Fn(ThreadId) -> Option<&'n str>) -> Vec<(ThreadId, String)> {
    let waits = WAITS.lock();
    let own = waits.iter().filter(|(_, wait)| wait.pool == Some(pool));
    own.map(|(&thread, wait)| (thread, wait.describe(name_of))).collect()
}

fn sleep_on(on: Awaited, has_deadline: bool) -> Result<Entry, Error> {
    let (me, pool) = (context::thread_id(), context::own_pool());
    let mut waits = WAITS.lock();
    let mut search = Search { waits: &waits, me, my_pool: pool, path: Vec::new(), on_path: Vec::new() };
    if search.is_stuck(&on) {
        let cycle = describe(&search.path);
        drop(waits);
        return Err(Error::deadlock(cycle));
    }
    if has_deadline {
        drop(waits);
        return Ok(Entry(None));
    }
    waits.insert(me, Wait { pool, task: context::current_task(), on });
    Ok(Entry(Some(me)))
}

/// An arrow of the graph.
enum Step {
    Task(Label),
    Worker,
    PoolEnd,
}

struct Search<'a> {
    waits: &'a BTreeMap<ThreadId, Wait>,
    me: ThreadId,
    my_pool: Option<PoolId>,
    /// The last way that led back, in order.
    path: Vec<Step>,
    /// The threads being looked at. Meeting one again is a way that leads nowhere else.
    on_path: Vec<ThreadId>,
}

impl Search<'_> {
    /// Whether `on` can never happen unless the calling thread goes on. An empty wait ends at once.
    fn is_stuck(&mut self, on: &Awaited) -> bool {
        let start = self.path.len();
        match on {
            Awaited::AnyOf(targets) => {
                !targets.is_empty()
                    && targets.iter().all(|target| {
                        self.path.truncate(start);
                        self.path.push(Step::Task(target.label()));
                        self.cannot_end(&**target)
                    })
            }
            Awaited::EndOf(pool) => self.sleepers_of(*pool).into_iter().any(|thread| {
                self.path.truncate(start);
                self.path.push(Step::PoolEnd);
                self.holds_still(thread)
            }),
        }
    }

    fn cannot_end(&mut self, target: &dyn Runnable) -> bool {
        match target.needs() {
            Needs::Nobody => false,
            Needs::Thread(thread) => self.holds_still(thread),
            Needs::Worker(Home { pool, max_threads, .. }) => {
                let sleepers = self.sleepers_of(pool);
                self.path.push(Step::Worker);
                let start = self.path.len();
                sleepers.len() >= max_threads as usize
                    && sleepers.into_iter().all(|thread| {
                        self.path.truncate(start);
                        self.holds_still(thread)
                    })
            }
        }
    }

    fn holds_still(&mut self, thread: ThreadId) -> bool {
        if thread == self.me || self.on_path.contains(&thread) {
            return true;
        }
        let waits = self.waits;
        let Some(wait) = waits.get(&thread) else { return false };
        self.on_path.push(thread);
        let stuck = self.is_stuck(&wait.on);
        self.on_path.pop();
        stuck
    }

    /// The threads of `pool` that sleep, or are about to.
    fn sleepers_of(&self, pool: PoolId) -> Vec<ThreadId> {
        let asleep = self.waits.iter().filter(|(_, wait)| wait.pool == Some(pool)).map(|(&thread, _)| thread);
        asleep.chain((self.my_pool == Some(pool)).then_some(self.me)).collect()
    }
}

/// ``task `a` (src/main.rs:1) waits for task `b` (src/main.rs:2), which waits for task `a` (src/main.rs:1)``
fn describe(path: &[Step]) -> String {
    let mut text = context::current_task().map_or_else(|| "a part of a loop".to_owned(), |task| task.to_string());
    for (i, step) in path.iter().enumerate() {
        text.push_str(if i == 0 { " waits for " } else { ", which waits for " });
        match step {
            Step::Task(task) => write!(text, "{task}").expect("writing to a string succeeds"),
            Step::Worker => text.push_str("a worker of its pool, all of which wait"),
            Step::PoolEnd => text.push_str("the end of a pool"),
        }
    }
    text
}
