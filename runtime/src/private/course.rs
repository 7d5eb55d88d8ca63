//! A running loop: plain strips, and what workers share of the rest.

use super::loops::LoopOptions;
use crate::config;
use crate::schedule::glance::Glance;
use crate::schedule::pilot::{Left, Pilot, Turn};
use crate::schedule::site::Site;
use crate::schedule::source::{Input, Source};
use crate::schedule::strips::Strips;
use crate::thread::limits::Limits;
use crate::thread::part::{Apart, Each, Gather, Step, Work};
use crate::thread::scoped_loop::{ChunkSteps, Steps};

/// A loop on its way. It borrows what it iterates over, and has nothing to drop that does.
///
/// A short call, which runs a few nanoseconds of the runtime, needs [`new`](Self::new), [`start`](Self::start) and
/// [`go_on`](Self::go_on). Whatever uses a course is inlined, always, and gives values to what is not: by its address, all of it
/// would be in memory, and be written there by each call.
#[derive(Debug)]
pub struct Course<'call, 'pool, S> {
    options: LoopOptions<'pool>,
    site: &'static Site,
    /// `None`: nobody looks at the clock, since the loop is expected to end with the strip. Away while workers share the loop.
    observer: &'call mut Option<Observer>,
    strips: S,
}

/// Who looks at the clock.
#[derive(Debug)]
pub enum Observer {
    /// To see whether the loop is as short as before.
    Glance(Glance),
    /// To decide what comes next.
    Pilot(Pilot),
}

/// What follows a strip.
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
pub enum Next<'pool, S: Strips> {
    /// One more.
    Plain(S::Strip),
    /// Those who run the rest.
    Shared(Team<'pool, S>),
    /// Nothing.
    Over,
}

impl<'call, 'pool, S: Strips> Course<'call, 'pool, S> {
    /// A loop of which nothing has been run.
    #[inline(always)]
    pub fn new(
        options: LoopOptions<'pool>,
        site: &'static Site,
        observer: &'call mut Option<Observer>,
        strips: S,
    ) -> Self {
        Self { options, site, observer, strips }
    }

    /// Its first strip.
    #[inline(always)]
    pub fn start(&mut self) -> S::Strip {
        let n = match self.site.untimed_strip(self.strips.left().1) {
            Some(n) => n,
            None => first(self.options, self.site, self.left(), self.observer),
        };
        self.strips.strip(n)
    }

    /// What follows the strip, which has been run to its end.
    #[inline(always)]
    pub fn go_on(&mut self, strip: S::Strip) -> Next<'pool, S> {
        self.strips.put_back(strip);
        let is_over = self.strips.is_over();
        if is_over && self.observer.is_none() {
            return Next::Over;
        }
        let left = (!is_over).then(|| self.left());
        match next(self.options, self.site, left, self.observer) {
            None => Next::Over,
            Some(Turn::Plain(n)) => Next::Plain(self.strips.strip(n)),
            Some(Turn::Shared) => {
                let Some(Observer::Pilot(pilot)) = self.observer.take() else { unreachable!("it has just said so") };
                Next::Shared(Team { options: self.options, pilot, input: self.strips.take_input() })
            }
        }
    }

    /// What follows what workers did: a strip, if they did not pay, or nothing.
    #[inline(always)]
    pub fn resume<R: Running<Input = S::Input>>(&mut self, steps: R) -> Option<S::Strip> {
        let (pilot, rest) = steps.finish();
        self.strips.put_back_input(rest?);
        if self.strips.is_over() {
            return None;
        }
        let left = self.left();
        Some(self.strips.strip(go_on_alone(pilot, left, self.observer)))
    }

    #[inline(always)]
    fn left(&self) -> Left {
        self.options.left(&self.strips)
    }
}

/// Begins to look at the clock. Gives how many items the first strip has.
#[cold]
#[inline(never)]
fn first(options: LoopOptions<'_>, site: &'static Site, left: Left, observer: &mut Option<Observer>) -> usize {
    let Some((glance, n)) = Glance::start(site, left) else { return decide(options, site, left, observer) };
    *observer = Some(Observer::Glance(glance));
    n
}

/// Decides how a loop begins that may be long.
#[inline(never)]
fn decide(options: LoopOptions<'_>, site: &'static Site, left: Left, observer: &mut Option<Observer>) -> usize {
    let Some(sharing) = options.sharing(left.items.1) else { return usize::MAX };
    let (pilot, turn) = Pilot::start(site, sharing, left, &|work| options.has_helpers(work));
    *observer = Some(Observer::Pilot(pilot));
    match turn {
        Turn::Plain(n) => n,
        // Behind an empty strip, the pilot will say so again.
        Turn::Shared => 0,
    }
}

/// What comes next; `left` is `None` if nothing is.
#[cold]
#[inline(never)]
fn next(
    options: LoopOptions<'_>,
    site: &'static Site,
    left: Option<Left>,
    observer: &mut Option<Observer>,
) -> Option<Turn> {
    match observer {
        Some(Observer::Pilot(pilot)) => return pilot.next(left, &|work| options.has_helpers(work)),
        Some(Observer::Glance(glance)) => glance.strip_has_ended(left.is_some()),
        None => {}
    }
    // The loop goes on behind a strip with which it should have ended.
    let left = left?;
    drop(observer.take());
    let Some(sharing) = options.sharing(left.items.1) else { return Some(Turn::Plain(usize::MAX)) };
    let (late, n) = Pilot::start_late(site, sharing, left);
    *observer = Some(Observer::Pilot(late));
    Some(Turn::Plain(n))
}

/// Goes on without workers, which did not pay. Gives how many items the next strip has.
#[cold]
#[inline(never)]
fn go_on_alone(mut pilot: Pilot, left: Left, observer: &mut Option<Observer>) -> usize {
    let n = pilot.go_on_alone(left);
    *observer = Some(Observer::Pilot(pilot));
    n
}

/// A loop that workers share.
pub trait Running {
    /// What it goes through.
    type Input;
    /// What a chunk gathers while it runs.
    type Gathered;
    /// What an iteration has for the in-order part.
    type Step;

    /// The next chunk in the order of the loop, if there is one.
    fn chunk(&mut self) -> Option<(Self::Gathered, ChunkSteps<'_, Self::Step>)>;

    /// Ends the loop, and gives back what workers have left, because they did not pay.
    fn finish(self) -> (Pilot, Option<Self::Input>);
}

impl<N, P, C, A> Running for Steps<'_, N, P, C, A>
where
    N: Input,
    N::Source: Source<Chunk: Send> + Send,
    P: Work<N::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
    type Input = N;
    type Gathered = A;
    type Step = C;

    #[inline]
    fn chunk(&mut self) -> Option<(A, ChunkSteps<'_, C>)> {
        Steps::chunk(self)
    }

    fn finish(self) -> (Pilot, Option<N>) {
        Steps::finish(self)
    }
}

/// Those who run the rest of a loop.
pub struct Team<'pool, S: Strips> {
    options: LoopOptions<'pool>,
    pilot: Pilot,
    input: S::Input,
}

impl<'pool, S: Strips> Team<'pool, S> {
    /// How many iterations there will be, if at least half of them are run, as it seems (room for all is then no more than
    /// a vector has that grows), and come to their end in the order of the loop.
    pub(super) fn n_in_order(&self) -> Option<usize> {
        let runs_most = |n: usize| !self.options.may_be_left || self.pilot.exit().is_some_and(|exit| exit >= n / 2);
        self.input.len().filter(|n| !self.options.unordered && runs_most(*n))
    }

    /// Starts them. (Of the result no more is said than what can be done with it, so that an error about the closure does not
    /// become one about each of its uses.)
    ///
    /// # Safety
    ///
    /// The result must not be leaked: it must be dropped before anything that `part` borrows ends. (It is a local of
    /// generated code, which nobody else can name, in a function that cannot be suspended: the macro refuses async
    /// functions, blocks and closures, and attributes that could still make one.)
    pub unsafe fn run<P, C>(self, part: P) -> impl Running<Input = S::Input, Gathered = (), Step = C>
    where
        <S::Input as Input>::Source: Source<Chunk: Send> + Send,
        P: Fn(S::Item) -> C + Sync,
        C: Step + Send,
    {
        // SAFETY: our caller promises the same.
        unsafe { self.start::<_, _, ()>(Each(part)) }
    }

    /// The same where nothing is done in order but to leave the loop: gives only what ends it.
    ///
    /// # Safety
    ///
    /// As for [`run`](Self::run).
    pub unsafe fn run_apart<P, C>(self, part: P) -> impl Running<Input = S::Input, Gathered = Apart, Step = C>
    where
        <S::Input as Input>::Source: Source<Chunk: Send> + Send,
        P: Fn(S::Item) -> C + Sync,
        C: Step + Send,
    {
        // SAFETY: our caller promises the same.
        unsafe { self.start::<_, _, Apart>(Each(part)) }
    }

    /// Starts a loop, with reductions or without.
    ///
    /// # Safety
    ///
    /// As for [`run`](Self::run).
    pub(super) unsafe fn start<P, C, A>(self, part: P) -> Steps<'pool, S::Input, P, C, A>
    where
        <S::Input as Input>::Source: Source<Chunk: Send> + Send,
        P: Work<S::Item, C, A>,
        C: Step + Send,
        A: Gather + Send,
    {
        let Self { options, pilot, input } = self;
        let (workers, helpers) = options.helpers();
        let limits = Limits {
            workers,
            window: options.buffer_size,
            chunk_size: options.chunk_size,
            unordered: options.unordered,
            pulled: !input.is_drained(),
            // Nobody is there whose order could matter.
            schedule: config::schedule().filter(|_| !options.is_alone()),
            // Where `workers` was given, the body may block, however short it was the last time.
            item_picos: pilot.site().item_picos().filter(|_| options.workers.is_none()),
            exit: if options.may_be_left { pilot.exit() } else { None },
        };
        // SAFETY: our caller promises what `start` asks for.
        unsafe { Steps::start(input, part, limits, helpers, pilot) }
    }
}
