//! A loop whose parallel part runs on several threads while its in-order part stays on the caller.
//!
//! ```text
//!   caller                              helpers (a crew)
//!   pulls items  ──► source ──claim──►  run chunks of the parallel part
//!   runs chunks  ◄────────┘                  │
//!   in-order part ◄── order ◄────────────────┘
//! ```
//!
//! The caller is a worker like the others: it runs a chunk whenever the one that it needs is not there.
//! So a loop can always be finished by its caller alone, at any nesting depth and size of the crew.

use super::crew::Crew;
use super::lease::{Grant, Lease};
use super::limits::Limits;
use super::loop_core::{Core, State};
use super::part::{Finished, Gather, Step, Work};
use super::pool::ThreadPool;
use crate::schedule::balance::Balance;
use crate::schedule::pilot::Pilot;
use crate::schedule::source::{Input, Source};
use crate::sync::Arc;
use crate::task::outcome::{self, Panic};
use std::collections::VecDeque;
use std::time::Instant;
use std::vec;

/// Who helps, and how many at most.
pub(crate) struct Helpers<'pool> {
    pub(crate) lender: Lender<'pool>,
    pub(crate) limit: usize,
    /// Whether the rest is left to the plain loop where they do not pay.
    pub(crate) may_give_up: bool,
}

/// Whose threads help.
pub(crate) enum Lender<'pool> {
    /// Those that all loops share. `None`: the system refused to start them, and the caller works alone.
    Crew(Option<&'static Crew>),
    /// The user's: the caller then runs a chunk only if it needs it and nobody has started it.
    Pool(&'pool ThreadPool),
}

impl Lender<'_> {
    fn is_pool(&self) -> bool {
        matches!(self, Self::Pool(_))
    }

    /// Has a thread visit a loop.
    fn call(&self, lease: Arc<Lease>) {
        match self {
            Self::Crew(Some(crew)) => crew.send(lease),
            Self::Crew(None) => {}
            // A helper has no result; if the pool is shut down, the caller works alone.
            Self::Pool(pool) => drop(pool.spawn(move || lease.visit())),
        }
    }

    /// While nobody has come: sees to it that somebody can.
    fn look_out(&self) {
        if let Self::Crew(Some(crew)) = self {
            crew.look_out();
        }
    }

    /// So many of those who were called will not be let in any more.
    fn forget(&self, n_called: usize) {
        if let Self::Crew(Some(crew)) = self {
            crew.forget(n_called);
        }
    }
}

/// A running loop, of which the generated code gets one [chunk](Self::chunk) after the other, in order.
///
/// Dropping it lets no further iteration start and blocks until those in flight have ended.
pub(crate) struct Steps<'pool, N: Input, P, C, A = ()>
where
    N::Source: Source<Chunk: Send> + Send,
    P: Work<N::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
    /// What follows the steps of the chunk that the in-order part is going through.
    then_panic: Option<Panic>,
    /// Chunks which follow, and are there.
    more: VecDeque<Finished<C, A>>,
    /// How many iterations count as ahead though they are done.
    n_done: usize,
    /// How many iterations the current chunk counts as ahead.
    holds: usize,
    /// How many of these were run, ...
    n_run: usize,
    /// ... and of how many the in-order part did not make use.
    n_left: usize,
    input: N,
    /// What `next` of the user's iterator panicked with: due after everything pulled before.
    source_panic: Option<Panic>,
    helpers: Helpers<'pool>,
    /// Gone when it has been told how the loop went.
    pilot: Option<Pilot>,
    balance: Balance,
    /// Stands before the core, which is lent by it: fields are dropped in their order.
    grant: Grant,
    core: Arc<Core<N::Source, P, C, A>>,
}

impl<'pool, N, P, C, A> Steps<'pool, N, P, C, A>
where
    N: Input,
    N::Source: Source<Chunk: Send> + Send,
    P: Work<N::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
    /// Starts the loop.
    ///
    /// # Safety
    ///
    /// The result must be dropped before anything that it borrows ends: it must not be leaked.
    pub(crate) unsafe fn start(mut input: N, part: P, limits: Limits, helpers: Helpers<'pool>, pilot: Pilot) -> Self {
        let core = Arc::new(Core::new(input.open(), part, limits));
        // SAFETY: the `Arc` keeps the core in place and is a field behind the grant, so it is dropped after that has been
        // revoked, however the loop ends. That we are dropped before the borrows inside the core end is what our caller
        // promises.
        let grant = unsafe { Grant::new(Arc::as_ptr(&core)) };
        Self {
            then_panic: None,
            more: VecDeque::new(),
            n_done: 0,
            holds: 0,
            n_run: 0,
            n_left: 0,
            input,
            source_panic: None,
            helpers,
            balance: Balance::new(pilot.knows_plain()),
            pilot: Some(pilot),
            grant,
            core,
        }
    }

    /// The next chunk: what it gathered, and its steps. `None` at the end of the loop. Blocks until it is there; panics where
    /// the last one, or the user's iterator, did.
    pub(crate) fn chunk(&mut self) -> Option<(A, ChunkSteps<'_, C>)> {
        if let Some(panic) = self.then_panic.take() {
            outcome::resume(panic);
        }
        let Some(Finished { values, gathered, panic, n_items, n_run }) = self.advance() else {
            if let Some(panic) = self.source_panic.take() {
                outcome::resume(panic);
            }
            return None;
        };
        self.then_panic = panic;
        (self.holds, self.n_run) = (n_items, n_run);
        Some((gathered, ChunkSteps { steps: values.into_iter(), n_left: &mut self.n_left }))
    }

    /// The next chunk, if there is one.
    fn advance(&mut self) -> Option<Finished<C, A>> {
        self.n_done += std::mem::take(&mut self.holds);
        (self.n_run, self.n_left) = (0, 0);
        if let Some(next) = self.more.pop_front() {
            return Some(next);
        }
        let core = Arc::clone(&self.core);
        let n_done = std::mem::take(&mut self.n_done);
        let mut now = Instant::now();
        self.balance.leave_in_order(n_done, now);
        let mut state = core.lock();
        core.release(&mut state, n_done);
        if self.helpers.may_give_up
            && let Some(pilot) = &self.pilot
            && self.balance.is_unpaid(
                pilot.site(),
                || core.measured(&state),
                self.helpers.limit + 1,
                core.is_helped(&state),
            )
        {
            core.give_up(&mut state);
        }
        let mut has_pulled = false;
        loop {
            let wanted = core.wants(&state, self.input.remaining(&state.source));
            // A slow source does not keep a result waiting for more than one pull.
            if wanted > 0 && !(has_pulled && core.due_is_finished(&state)) {
                has_pulled = true;
                drop(state);
                let items = self.pull(wanted);
                state = core.lock();
                core.pulled(&mut state, items.len(), self.input.is_drained());
                N::push(&mut state.source, items);
                now = Instant::now();
            }
            if self.call_helpers(&mut state) {
                // Waking somebody takes some microseconds.
                now = Instant::now();
            }
            if !core.is_helped(&state) {
                self.helpers.lender.look_out();
            }
            if let Some(due) = core.take(&mut state, &mut self.more) {
                self.balance.enter_in_order(now);
                return Some(due);
            }
            if wanted > 0 {
                // Helpers have taken what was pulled, or will: they need more before the caller joins them.
                continue;
            }
            if core.is_over(&state) {
                return None;
            }
            state = core.switch(state, self.helpers.limit > 0);
            if !core.due_is_finished(&state) {
                let mine = !(self.helpers.lender.is_pool() && core.due_is_started(&state));
                match mine.then(|| core.claim(&mut state)).flatten() {
                    Some((number, chunk)) => state = core.run(state, number, chunk),
                    // The due chunk is running on a helper: otherwise it could be claimed.
                    None => state = core.wait(state),
                }
            }
            now = Instant::now();
        }
    }

    /// Ends the loop, and gives back what workers have left, because they did not pay.
    pub(crate) fn finish(mut self) -> (Pilot, Option<N>) {
        let has_given_up = self.core.has_given_up(&self.core.lock());
        let pilot = self.end().expect("it has not ended yet");
        let rest = has_given_up.then(|| self.input.close(&mut self.core.lock().source));
        (pilot, rest)
    }

    /// Ends the loop, if it has not.
    fn end(&mut self) -> Option<Pilot> {
        let mut pilot = self.pilot.take()?;
        let held = self.core.leave();
        self.grant.revoke();
        let measured = {
            let state = self.core.lock();
            self.helpers.lender.forget(self.core.n_called(&state));
            self.core.measured(&state)
        };
        // Where the loop was left within a chunk.
        let n_used = self.n_done + self.n_run.saturating_sub(self.n_left);
        self.balance.leave_in_order(n_used, Instant::now());
        pilot.shared(&mut self.balance, measured);
        // The user's items, whose destructors may panic: now nobody has the lease any more.
        drop(held);
        Some(pilot)
    }

    /// Pulls items without the lock; a panic of the user's iterator waits for its turn.
    fn pull(&mut self, n: usize) -> Vec<N::Item> {
        let mut items = Vec::new();
        self.source_panic = outcome::catch(|| self.input.pull(n, &mut items)).err();
        items
    }

    /// Calls as many as could start something. Says whether there are any.
    fn call_helpers(&self, state: &mut State<N::Source, C, A>) -> bool {
        // The caller keeps a chunk for itself once it has nothing left to pull.
        let own = usize::from(!self.helpers.lender.is_pool() && self.input.is_drained());
        let n_called = self.core.call_helpers(state, self.helpers.limit, own);
        for _ in 0..n_called {
            self.helpers.lender.call(self.grant.lease());
        }
        n_called > 0
    }
}

impl<N, P, C, A> Drop for Steps<'_, N, P, C, A>
where
    N: Input,
    N::Source: Source<Chunk: Send> + Send,
    P: Work<N::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
    fn drop(&mut self) {
        self.end();
    }
}

/// What the iterations of one chunk have for the in-order part.
#[derive(Debug)]
pub struct ChunkSteps<'running, C> {
    steps: vec::IntoIter<C>,
    /// Where it says how many of them are left when it is dropped.
    n_left: &'running mut usize,
}

impl<C> Iterator for ChunkSteps<'_, C> {
    type Item = C;

    #[inline]
    fn next(&mut self) -> Option<C> {
        self.steps.next()
    }
}

impl<C> Drop for ChunkSteps<'_, C> {
    #[inline]
    fn drop(&mut self) {
        *self.n_left = self.steps.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Schedule;
    use crate::schedule::pilot::{Left, Sharing};
    use crate::schedule::site::Site;
    use crate::schedule::source::{Split, Splittable};
    use crate::thread::part::{Apart, Each};
    use std::ops::Range;

    struct Number;

    impl Step for Number {
        fn ends_loop(&self) -> bool {
            false
        }
    }

    type Numbers = <Range<i32> as Splittable>::Source;
    type Started<A> = Steps<'static, Split<Numbers>, Each<fn(i32) -> Number>, Number, A>;

    /// 100 items in chunks of 10, which the calling thread runs. (It must be dropped.)
    fn started<A: Gather + Send>() -> Started<A> {
        started_under(None)
    }

    /// The same in this order.
    fn started_under<A: Gather + Send>(schedule: Option<Schedule>) -> Started<A> {
        let site: &'static Site = Box::leak(Box::new(Site::new()));
        let left = Left { items: (100, Some(100)), all_run: false, cross: true };
        let (pilot, _) = Pilot::start(site, Sharing::Always, left, &|_| true);
        let limits = Limits {
            workers: 1,
            window: None,
            chunk_size: Some(10),
            unordered: false,
            pulled: false,
            schedule,
            item_picos: None,
            exit: None,
        };
        let helpers = Helpers { lender: Lender::Crew(None), limit: 0, may_give_up: false };
        let part: fn(i32) -> Number = |_| Number;
        // SAFETY: it borrows nothing.
        unsafe { Steps::start(Split::new(Splittable::into_source(0..100)), Each(part), limits, helpers, pilot) }
    }

    #[test]
    fn one_at_a_time_a_helper_waits_for_the_in_order_part() {
        let mut steps = started_under::<()>(Some(Schedule::One));
        assert_eq!(steps.chunk().map(|(_, chunk)| chunk.count()), Some(10));
        // A helper that comes now.
        assert!(steps.core.claim(&mut steps.core.lock()).is_none());
        assert_eq!(steps.chunk().map(|(_, chunk)| chunk.count()), Some(10));
    }

    #[test]
    fn of_a_chunk_within_which_a_loop_is_left_only_what_was_used_counts() {
        let mut steps = started::<()>();
        assert_eq!(steps.chunk().map(|(_, chunk)| chunk.count()), Some(10));
        assert_eq!(steps.chunk().map(|(_, chunk)| chunk.take(5).count()), Some(5));
        assert_eq!(steps.end().map(|pilot| pilot.n_shared()), Some(15));
    }

    #[test]
    fn of_chunks_that_were_taken_together_only_those_that_were_used_count() {
        let mut steps = started::<Apart>();
        for _ in 0..3 {
            // As a helper would.
            let mut state = steps.core.lock();
            let (number, chunk) = steps.core.claim(&mut state).expect("there are ten");
            drop(steps.core.run(state, number, chunk));
        }
        assert!(steps.chunk().is_some() && steps.chunk().is_some());
        assert_eq!(steps.more.len(), 1);
        assert_eq!(steps.end().map(|pilot| pilot.n_shared()), Some(20));
    }
}
