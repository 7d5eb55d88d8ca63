//! What a thread knows about itself: its number, whose worker it is, and which tasks it is running.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::marker::PhantomData;

use crate::label::Label;
use crate::sync::modelled::thread_local;
use crate::sync::{Arc, AtomicU64, AtomicUsize, Mutex, Ordering};

/// The number of a thread; never given twice, unlike an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ThreadId(u64);

/// The number of a pool; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PoolId(u64);

impl PoolId {
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // Relaxed: only the numbers must differ, nothing else is read through them.
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

/// A worker's pool, as the worker's thread sees it.
pub(crate) trait Host: Send + Sync {
    /// The calling worker is about to block: another thread may work meanwhile.
    fn worker_blocks(self: Arc<Self>);

    /// The calling worker goes on.
    fn worker_goes_on(&self);

    /// The calling worker, which was counted as free, has something to do after all.
    fn worker_is_busy_again(self: Arc<Self>);
}

/// A running task that can be asked to stop.
pub(crate) trait Stoppable: Send + Sync {
    /// Whether it was asked to.
    fn is_asked_to_stop(&self) -> bool;
}

/// A task on a thread's stack.
struct Running {
    task: Label,
    pool: Option<PoolId>,
    stop: Option<Arc<dyn Stoppable>>,
}

thread_local! {
    static THREAD: ThreadId = {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // Relaxed: only the numbers must differ.
        ThreadId(NEXT.fetch_add(1, Ordering::Relaxed))
    };
    static POOL: Cell<Option<PoolId>> = const { Cell::new(None) };
    static HOST: RefCell<Option<Arc<dyn Host>>> = const { RefCell::new(None) };
    /// Whether this worker's pool counts it as free.
    static FREE: Cell<bool> = const { Cell::new(false) };
    /// Whether this worker's pool counts it as blocked.
    static BLOCKED: Cell<bool> = const { Cell::new(false) };
    /// The tasks on this thread's stack, outermost first.
    static RUNNING: RefCell<Vec<Running>> = const { RefCell::new(Vec::new()) };
    /// How many parts of loops are on this thread's stack.
    static PARTS: Cell<usize> = const { Cell::new(0) };
}

/// The number of the calling thread.
pub(crate) fn thread_id() -> ThreadId {
    THREAD.with(|id| *id)
}

/// The pool whose worker the calling thread is.
pub(crate) fn own_pool() -> Option<PoolId> {
    POOL.with(Cell::get)
}

/// Makes the calling thread a worker of `pool` until the guard is dropped.
#[must_use = "the thread is a worker only while the guard lives"]
pub(crate) fn become_worker_of(pool: PoolId, host: Arc<dyn Host>) -> Employed {
    POOL.with(|own| own.set(Some(pool)));
    HOST.with(|own| own.replace(Some(host)));
    Employed { _same_thread: PhantomData }
}

/// A thread's time as a worker; bound to the thread.
pub(crate) struct Employed {
    _same_thread: PhantomData<*const ()>,
}

impl Drop for Employed {
    fn drop(&mut self) {
        POOL.with(|own| own.set(None));
        drop(HOST.with(RefCell::take));
    }
}

/// Notes whether the calling worker's pool counts it as free. Gives what was noted before.
pub(crate) fn note_free(free: bool) -> bool {
    FREE.with(|noted| noted.replace(free))
}

/// Says that a worker counted as free does something that may take long.
pub(crate) fn busy_again() {
    if note_free(false)
        && let Some(host) = host()
    {
        host.worker_is_busy_again();
    }
}

/// Says that the calling thread blocks until the guard is dropped, so that its pool, if it is a worker, may let another
/// thread work. An inner guard does nothing.
#[must_use = "the thread counts as blocked only while the guard lives"]
pub(crate) fn block() -> Blocked {
    let host = host().filter(|_| !BLOCKED.with(|blocked| blocked.replace(true)));
    if let Some(host) = &host {
        // A thread is either free or blocked.
        busy_again();
        Arc::clone(host).worker_blocks();
    }
    Blocked { host, _same_thread: PhantomData }
}

/// A worker's time of being blocked; bound to its thread.
pub(crate) struct Blocked {
    host: Option<Arc<dyn Host>>,
    _same_thread: PhantomData<*const ()>,
}

impl Drop for Blocked {
    fn drop(&mut self) {
        if let Some(host) = &self.host {
            BLOCKED.with(|blocked| blocked.set(false));
            host.worker_goes_on();
        }
    }
}

fn host() -> Option<Arc<dyn Host>> {
    // A thread whose locals are gone is ending, and is no worker any more.
    HOST.try_with(|host| host.borrow().clone()).ok().flatten()
}

/// Whether the calling thread is running one of our tasks, or a part of a loop.
pub(crate) fn inside_worker() -> bool {
    // A thread whose locals are gone is ending, and runs no task.
    inside_part() || RUNNING.try_with(|running| !running.borrow().is_empty()).unwrap_or(false)
}

/// Whether the calling thread is running a part of a loop.
pub(crate) fn inside_part() -> bool {
    PARTS.with(Cell::get) > 0
}

/// The innermost task that the calling thread is running.
pub(crate) fn current_task() -> Option<Label> {
    RUNNING.try_with(|running| running.borrow().last().map(|running| running.task)).ok().flatten()
}

/// Whether the calling thread is running a task of `pool`: as its worker, or because it waits for that task.
pub(crate) fn inside_task_of(pool: PoolId) -> bool {
    let is_of = |running: &RefCell<Vec<Running>>| running.borrow().iter().any(|running| running.pool == Some(pool));
    own_pool() == Some(pool) || RUNNING.try_with(is_of).unwrap_or(false)
}

/// Whether the innermost task that the calling thread is running was asked to stop, or all tasks of its pool were.
pub(crate) fn is_asked_to_stop() -> bool {
    let innermost = |running: &RefCell<Vec<Running>>| {
        running.borrow().last().map(|running| (running.stop.clone(), running.pool)).unwrap_or_default()
    };
    let (stop, pool) = RUNNING.try_with(innermost).unwrap_or_default();
    stop.is_some_and(|stop| stop.is_asked_to_stop()) || pool.is_some_and(is_given_up)
}

/// The pools whose tasks were all asked to stop, wherever they run. How many, for those who only want to know whether.
static GIVEN_UP: Mutex<BTreeSet<PoolId>> = Mutex::new(BTreeSet::new());
static N_GIVEN_UP: AtomicUsize = AtomicUsize::new(0);

/// Asks all running tasks of `pool` to stop.
pub(crate) fn give_up(pool: PoolId) {
    let mut given_up = GIVEN_UP.lock();
    given_up.insert(pool);
    // Relaxed: a hint that orders nothing.
    N_GIVEN_UP.store(given_up.len(), Ordering::Relaxed);
}

/// `pool` has no threads any more.
pub(crate) fn forget(pool: PoolId) {
    if N_GIVEN_UP.load(Ordering::Relaxed) > 0 {
        let mut given_up = GIVEN_UP.lock();
        given_up.remove(&pool);
        N_GIVEN_UP.store(given_up.len(), Ordering::Relaxed);
    }
}

fn is_given_up(pool: PoolId) -> bool {
    N_GIVEN_UP.load(Ordering::Relaxed) > 0 && GIVEN_UP.lock().contains(&pool)
}

/// Says that the calling thread is inside `task`, of `pool`, until the guard is dropped. Guards nest.
#[must_use = "the thread is inside the task only while the guard lives"]
pub(crate) fn enter(task: Label, pool: Option<PoolId>, stop: Option<Arc<dyn Stoppable>>) -> Inside {
    // A thread whose locals are gone is ending. What it still runs, for a destructor that waits, runs unnoted.
    RUNNING.try_with(|running| running.borrow_mut().push(Running { task, pool, stop })).ok();
    Inside { _same_thread: PhantomData }
}

/// A thread's stay inside a task; bound to the thread that entered.
pub(crate) struct Inside {
    _same_thread: PhantomData<*const ()>,
}

impl Drop for Inside {
    fn drop(&mut self) {
        let left = RUNNING.try_with(|running| running.borrow_mut().pop());
        // Outside the borrow: this may be the last owner of the task.
        drop(left);
    }
}

/// Says that the calling thread is inside a part of a loop until the guard is dropped. Guards nest.
#[must_use = "the thread is inside the part only while the guard lives"]
pub(crate) fn enter_part() -> InsidePart {
    PARTS.with(|parts| parts.set(parts.get() + 1));
    InsidePart { _same_thread: PhantomData }
}

/// A thread's stay inside a part of a loop; bound to the thread that entered.
pub(crate) struct InsidePart {
    _same_thread: PhantomData<*const ()>,
}

impl Drop for InsidePart {
    fn drop(&mut self) {
        PARTS.with(|parts| parts.set(parts.get() - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_nest_and_name_the_innermost() {
        assert!(!inside_worker());
        let outer = enter(Label::new("outer"), None, None);
        let inner = enter(Label::new("inner"), None, None);
        assert!(current_task().unwrap().to_string().contains("inner"));
        drop(inner);
        assert!(current_task().unwrap().to_string().contains("outer"));
        drop(outer);
        assert!(!inside_worker());
    }
}
