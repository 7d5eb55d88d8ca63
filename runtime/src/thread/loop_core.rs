//! The part of a running loop that its caller and its helpers share.

use super::lease::Visited;
use super::limits::Limits;
use super::part::{self, Finished, Gather, Step, Work};
use crate::config::Schedule;
use crate::looks::Looks;
use crate::schedule::adverse::Held;
use crate::schedule::chunk::{self, ChunkSize};
use crate::schedule::order::Order;
use crate::schedule::source::Source;
use crate::sync::{AtomicBool, AtomicUsize, Condvar, Mutex, MutexGuard, Ordering};
use crate::task::context;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a helper with nothing to do stays before it goes back to its pool. Calling it again costs
/// tens of microseconds.
const LINGER: Duration = Duration::from_micros(200);

/// Whether it pays to look for the chunk that is due before the caller sleeps until it is there. Being woken takes about as long.
static LOOKS: Looks = Looks::new(chunk::TARGET, 1);

/// How long the caller leaves an item to a helper under [`Schedule::One`], which has it change threads.
const SWITCH: Duration = Duration::from_millis(1);

/// A chunk that may run.
#[derive(Debug)]
pub(crate) struct Claimed<K> {
    items: K,
    /// Where its first item stands among those that the loop was started with.
    first: usize,
}

/// What caller and helpers share; lives until the loop is left.
pub(crate) struct Core<S: Source, P, C, A = ()> {
    part: P,
    limits: Limits,
    state: Mutex<State<S, C, A>>,
    /// Lingering helpers wait here for work or the end. Notified by the caller.
    work: Condvar,
    /// The caller waits here for a chunk. Notified by whoever finishes one.
    finished: Condvar,
    /// How many chunks are finished, for a look without the lock.
    n_finished: AtomicUsize,
    /// The loop is being left: what still runs may stop between two iterations.
    leaving: AtomicBool,
}

/// The state under the loop's lock.
pub(crate) struct State<S: Source, C, A = ()> {
    pub(crate) source: S,
    order: Order<Finished<C, A>>,
    /// What is on its way to start, under a [`Schedule`]; otherwise empty.
    held: Held<Claimed<S::Chunk>>,
    size: ChunkSize,
    /// Iterations that were started (or pulled) and not yet finished by the in-order part.
    ahead: usize,
    /// Items that were claimed.
    n_claimed: usize,
    /// Nothing more will enter the source.
    drained: bool,
    /// Nothing more is taken from the source: the loop was left, or an iteration ends it.
    closed: bool,
    /// Where it ends then: held chunks before this one still start.
    end: usize,
    /// What is in the source, or would have been pulled, is left to somebody else.
    yields: bool,
    /// Helpers that were called and have not gone back.
    helpers: usize,
    /// One of them has come at all.
    is_helped: bool,
    lingering: usize,
    caller_waits: bool,
    /// What the parallel part took so far, in chunks that are finished.
    measured: (usize, Duration),
    /// How many chunks run, and the sum of the moments, since `origin`, at which they began.
    running: (u32, Duration),
    origin: Instant,
}

impl<S, P, C, A> Core<S, P, C, A>
where
    S: Source,
    P: Work<S::Item, C, A>,
    C: Step,
    A: Gather,
{
    pub(crate) fn new(source: S, part: P, limits: Limits) -> Self {
        let state = State {
            source,
            order: Order::new(limits.unordered),
            held: Held::new(limits.schedule),
            size: ChunkSize::new(
                limits.fixed_chunk_size(),
                limits.window,
                limits.workers,
                part.kept_bytes(),
                limits.item_picos,
            ),
            ahead: 0,
            n_claimed: 0,
            drained: !limits.pulled,
            closed: false,
            end: usize::MAX,
            yields: false,
            helpers: 0,
            is_helped: false,
            lingering: 0,
            caller_waits: false,
            measured: (0, Duration::ZERO),
            running: (0, Duration::ZERO),
            origin: Instant::now(),
        };
        Self {
            part,
            limits,
            state: Mutex::new(state),
            work: Condvar::new(),
            finished: Condvar::new(),
            n_finished: AtomicUsize::new(0),
            leaving: AtomicBool::new(false),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State<S, C, A>> {
        self.state.lock()
    }

    /// Gives the results of the chunk that is due, if they are there. Where little is done in order, those of some chunks behind
    /// it are put in `more`, if they are there too: so few that what runs ahead is hardly more.
    pub(crate) fn take(
        &self,
        state: &mut State<S, C, A>,
        more: &mut VecDeque<Finished<C, A>>,
    ) -> Option<Finished<C, A>> {
        let due = state.order.take()?;
        if !(A::KEEPS_STEPS || self.limits.is_window_felt()) {
            more.extend(state.order.take_all().take(2 * self.limits.workers));
        }
        Some(due)
    }

    /// The in-order part has finished `n` more iterations.
    pub(crate) fn release(&self, state: &mut State<S, C, A>, n: usize) {
        state.ahead -= n;
        self.call_lingering(state);
    }

    /// Whether every iteration that will ever start has been given to the in-order part.
    pub(crate) fn is_over(&self, state: &State<S, C, A>) -> bool {
        state.order.outstanding() == state.held.count_from(state.end)
            && (state.closed || self.has_nothing_to_start(state))
    }

    /// Whether nothing that is in the source, or will be, is to be started.
    fn has_nothing_to_start(&self, state: &State<S, C, A>) -> bool {
        if self.limits.pulled {
            (state.drained || state.yields) && state.source.ready() == 0
        } else {
            state.yields || state.source.ready() == 0
        }
    }

    /// Lets no more of the source start than what was pulled.
    pub(crate) fn give_up(&self, state: &mut State<S, C, A>) {
        state.yields = true;
    }

    /// Whether somebody else has to go on where the loop is over.
    pub(crate) fn has_given_up(&self, state: &State<S, C, A>) -> bool {
        state.yields && !state.closed
    }

    /// Whether a helper has come yet.
    pub(crate) fn is_helped(&self, state: &State<S, C, A>) -> bool {
        state.is_helped
    }

    /// How many helpers were called and have not gone back: those who have not come, once nobody is let in.
    pub(crate) fn n_called(&self, state: &State<S, C, A>) -> usize {
        state.helpers
    }

    /// How many iterations of the parallel part were run so far, and what they took; of chunks that run, so many as will have
    /// been by the time that others took.
    pub(crate) fn measured(&self, state: &State<S, C, A>) -> (usize, Duration) {
        let (n_run, finished) = state.measured;
        let (n_running, began) = state.running;
        let running = (state.origin.elapsed() * n_running).saturating_sub(began);
        let ahead = running.as_secs_f64() / finished.as_secs_f64().max(f64::MIN_POSITIVE);
        (n_run.saturating_add((n_run as f64 * ahead) as usize), finished + running)
    }

    /// How many items the caller should pull now, 0 for none.
    pub(crate) fn wants(&self, state: &State<S, C, A>, remaining: Option<usize>) -> usize {
        if state.drained || state.closed || state.yields {
            return 0;
        }
        let n = state.size.next(remaining, self.limits.workers);
        let backlog_is_full = state.source.ready() >= self.limits.max_backlog(n);
        if backlog_is_full || state.order.outstanding() >= self.limits.max_chunks(A::KEEPS_STEPS) {
            return 0;
        }
        self.within_window(state, n)
    }

    /// Counts `n` pulled items, which are about to enter the source; with `drained` they are the last.
    pub(crate) fn pulled(&self, state: &mut State<S, C, A>, n: usize, drained: bool) {
        state.ahead += n;
        state.drained = drained;
        self.call_lingering(state);
    }

    /// How many more helpers could start a chunk at once, if at most `limit` help; they are counted as
    /// called. `own` chunks are left for the caller.
    pub(crate) fn call_helpers(&self, state: &mut State<S, C, A>, limit: usize, own: usize) -> usize {
        let may_start = !state.closed
            && !self.has_nothing_to_start(state)
            && state.order.outstanding() < self.limits.max_chunks(A::KEEPS_STEPS);
        if state.helpers >= limit || !(may_start || state.held.len() > 0) {
            return 0;
        }
        let ready = state.source.ready();
        if self.limits.schedule.is_some() {
            let called = (ready + state.held.len()).min(limit - state.helpers);
            state.helpers += called;
            return called;
        }
        let size = self.next_size(state);
        let chunks = ready.div_ceil(size).saturating_sub(own);
        let busy_or_coming = state.helpers - state.lingering;
        let called = chunks.saturating_sub(busy_or_coming).min(limit - state.helpers);
        state.helpers += called;
        called
    }

    /// Whether the due chunk has been started by somebody.
    pub(crate) fn due_is_started(&self, state: &State<S, C, A>) -> bool {
        state.order.outstanding() > 0 && !state.held.holds(state.order.due())
    }

    /// Whether the results of the due chunk are there.
    pub(crate) fn due_is_finished(&self, state: &State<S, C, A>) -> bool {
        state.order.is_due()
    }

    /// Starts the next chunk, if one may start now.
    pub(crate) fn claim(&self, state: &mut State<S, C, A>) -> Option<(usize, Claimed<S::Chunk>)> {
        let Some(schedule) = self.limits.schedule else { return self.claim_next(state) };
        // In reverse, all that may start is there before anything starts, and again when it is done.
        let waits = schedule == Schedule::Reverse && (state.order.outstanding() > 0 || self.wants(state, None) > 0);
        if !waits {
            while let Some((number, chunk)) = self.claim_next(state) {
                state.held.hold(number, chunk);
            }
        }
        state.held.pick(state.end)
    }

    /// How many of the items in the source the next chunk has.
    fn next_size(&self, state: &State<S, C, A>) -> usize {
        // Behind where it was expected to be left, it is expected to go on for as long again as it has from there.
        let ahead = self.limits.exit.map_or(usize::MAX, |exit| exit.abs_diff(state.n_claimed));
        state.size.next(Some(state.source.ready().min(ahead)), self.limits.workers)
    }

    /// Starts the next chunk of the source.
    fn claim_next(&self, state: &mut State<S, C, A>) -> Option<(usize, Claimed<S::Chunk>)> {
        let has_room = state.order.outstanding() < self.limits.max_chunks(A::KEEPS_STEPS);
        if state.closed || !has_room || self.has_nothing_to_start(state) {
            return None;
        }
        let ready = state.source.ready();
        let mut n = self.next_size(state);
        if !self.limits.pulled {
            n = self.within_window(state, n.min(ready));
            if n == 0 {
                return None;
            }
        }
        let items = state.source.take(n)?;
        if !self.limits.pulled {
            state.ahead += items.len();
        }
        let first = state.n_claimed;
        state.n_claimed += items.len();
        Some((state.order.start(), Claimed { items, first }))
    }

    /// Runs chunk `number` on this thread and files its results.
    pub(crate) fn run<'core>(
        &'core self,
        mut guard: MutexGuard<'core, State<S, C, A>>,
        number: usize,
        Claimed { items, first }: Claimed<S::Chunk>,
    ) -> MutexGuard<'core, State<S, C, A>> {
        // Short chunks are over before somebody could ask them to stop.
        let leaving = (!guard.size.is_brisk()).then_some(&self.leaving);
        let start = Instant::now();
        let began = start - guard.origin;
        guard.running.0 += 1;
        guard.running.1 += began;
        drop(guard);
        let chunk = part::run_chunk(&self.part, items, first, leaving);
        let elapsed = start.elapsed();

        let mut state = self.state.lock();
        let n_begun = chunk.n_begun();
        state.size.observe(n_begun, elapsed);
        state.measured.0 += n_begun;
        state.measured.1 += elapsed;
        state.running.0 -= 1;
        state.running.1 -= began;
        if chunk.ends_loop() {
            // Chunks start in order: everything before this one has been started, or is held.
            state.closed = true;
            state.end = state.end.min(number);
        }
        state.order.finish(number, chunk);
        // Relaxed: what it tells is read under the lock.
        self.n_finished.fetch_add(1, Ordering::Relaxed);
        if state.caller_waits {
            self.finished.notify_one();
        }
        state
    }

    /// Blocks the caller until somebody finishes a chunk. To be called only while a helper runs one.
    pub(crate) fn wait<'core>(
        &'core self,
        mut state: MutexGuard<'core, State<S, C, A>>,
    ) -> MutexGuard<'core, State<S, C, A>> {
        let n_finished = self.n_finished.load(Ordering::Relaxed);
        drop(state);
        let is_there = || self.n_finished.load(Ordering::Relaxed) != n_finished;
        if !is_there() {
            LOOKS.look_for(is_there);
        }
        state = self.state.lock();
        if is_there() {
            return state;
        }
        state.caller_waits = true;
        // Waker: `run` on a helper, which files results and notifies also when the iteration panics.
        state = self.finished.wait(state);
        state.caller_waits = false;
        state
    }

    /// Under [`Schedule::One`], leaves the next chunk to a helper if one comes soon. Helpers are there if anybody
    /// `helps`.
    pub(crate) fn switch<'core>(
        &'core self,
        mut state: MutexGuard<'core, State<S, C, A>>,
        helps: bool,
    ) -> MutexGuard<'core, State<S, C, A>> {
        if self.limits.schedule == Some(Schedule::One) && helps && state.order.outstanding() == 0 {
            self.call_lingering(&state);
            state.caller_waits = true;
            // Waker: `run` on a helper, or the time-out.
            state = self.finished.wait_timeout(state, SWITCH);
            state.caller_waits = false;
        }
        state
    }

    /// Lets nothing more start and asks what runs to stop. Returns what was about to start.
    pub(crate) fn leave(&self) -> Vec<(usize, Claimed<S::Chunk>)> {
        // Relaxed: the lock below orders what matters.
        self.leaving.store(true, Ordering::Relaxed);
        let mut state = self.state.lock();
        state.closed = true;
        self.call_lingering(&state);
        state.held.clear()
    }

    fn call_lingering(&self, state: &State<S, C, A>) {
        if state.lingering > 0 {
            self.work.notify_all();
        }
    }

    /// `n` items, or as many as the window has room for; a fixed chunk is started whole or not at all.
    fn within_window(&self, state: &State<S, C, A>, n: usize) -> usize {
        let Some(window) = self.limits.window() else { return n };
        let room = window.saturating_sub(state.ahead);
        if room >= n {
            n
        } else if self.limits.fixed_chunk_size().is_some() {
            0
        } else {
            room
        }
    }
}

impl<S, P, C, A> Visited for Core<S, P, C, A>
where
    S: Source<Chunk: Send> + Send,
    P: Work<S::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
    /// A helper: runs chunks as long as some may start.
    fn visit(&self) {
        let mut state = self.lock();
        // A thread that waits inside somebody's iteration (for a join of its own, say) may be handed this
        // job. It must not run another iteration on top of the one whose locks it may hold.
        if !context::inside_part() {
            state.is_helped = true;
            let mut rested = false;
            loop {
                if let Some((number, chunk)) = self.claim(&mut state) {
                    state = self.run(state, number, chunk);
                    rested = false;
                } else if rested || (state.closed && state.held.len() == 0) || self.has_nothing_to_start(&state) {
                    break;
                } else {
                    state.lingering += 1;
                    // Waker: `call_lingering` and `leave` on the caller, or the time-out.
                    state = self.work.wait_timeout(state, LINGER);
                    state.lingering -= 1;
                    rested = true;
                }
            }
        }
        state.helpers -= 1;
    }
}
