//! Who waits for whom, kept only for workers that are about to sleep, to find waits that could never end.
//!
//! A task that runs is held by a thread; a thread that sleeps waits for tasks. The calling thread may not go to sleep
//! if, following these two kinds of arrows, every way on leads back to itself. Waits with a deadline are not in the
//! graph: they end by themselves, and then their thread goes on.
//!
//! The lock order is: this graph, then a task's state.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::task_cell::Runnable;
use crate::error::Error;
use crate::label::Label;
use crate::sync::{Arc, Mutex};
use crate::task::context::{self, ThreadId};

static WAITS: Mutex<BTreeMap<ThreadId, Wait>> = Mutex::new(BTreeMap::new());

/// What a sleeping thread waits for: any one of these.
struct Wait {
    targets: Vec<Arc<dyn Runnable>>,
}

/// A thread's place in the graph, left when dropped.
pub(super) struct Entry(Option<ThreadId>);

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
    let me = context::thread_id();
    let targets = targets();
    let waits = WAITS.lock();
    let mut search = Search { waits: &waits, me, path: Vec::new(), on_path: Vec::new() };
    if search.is_stuck(&targets) {
        let cycle = describe(&search.path);
        drop(waits);
        return Err(Error::deadlock(cycle));
    }
    if has_deadline {
        return Ok(Entry(None));
    }
    let mut waits = waits;
    waits.insert(me, Wait { targets });
    Ok(Entry(Some(me)))
}

struct Search<'a> {
    waits: &'a BTreeMap<ThreadId, Wait>,
    me: ThreadId,
    /// The tasks on the last way that led back, in order.
    path: Vec<Label>,
    /// The threads being looked at. Meeting one again is a way that leads nowhere else.
    on_path: Vec<ThreadId>,
}

impl Search<'_> {
    /// Whether none of `targets` can end unless the calling thread goes on. An empty wait ends at once.
    fn is_stuck(&mut self, targets: &[Arc<dyn Runnable>]) -> bool {
        let start = self.path.len();
        !targets.is_empty()
            && targets.iter().all(|target| {
                self.path.truncate(start);
                self.path.push(target.label());
                match target.holder() {
                    // Ended, or free to be started by a worker.
                    None => false,
                    Some(thread) => self.holds_still(thread),
                }
            })
    }

    fn holds_still(&mut self, thread: ThreadId) -> bool {
        if thread == self.me || self.on_path.contains(&thread) {
            return true;
        }
        let waits = self.waits;
        let Some(wait) = waits.get(&thread) else { return false };
        self.on_path.push(thread);
        let stuck = self.is_stuck(&wait.targets);
        self.on_path.pop();
        stuck
    }
}

/// ``task `a` (src/main.rs:1) waits for task `b` (src/main.rs:2), which waits for task `a` (src/main.rs:1)``
fn describe(path: &[Label]) -> String {
    let mut text = context::current_task().map_or_else(|| "a part of a loop".to_owned(), |task| task.to_string());
    for (i, task) in path.iter().enumerate() {
        let joint = if i == 0 { " waits for" } else { ", which waits for" };
        write!(text, "{joint} {task}").expect("writing to a string succeeds");
    }
    text
}
