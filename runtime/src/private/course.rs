//! A running loop: plain strips, and what workers share of the rest.

use super::loops::LoopOptions;
use crate::config;
use crate::schedule::pilot::{Left, Pilot, Turn};
use crate::schedule::site::Site;
use crate::schedule::source::{Input, Source};
use crate::schedule::strips::Strips;
use crate::thread::loop_core::{Each, Gather, Limits, Step, Work};
use crate::thread::scoped_loop::Steps;

/// A loop on its way. It borrows what it iterates over, and has nothing to drop that does.
#[derive(Debug)]
pub struct Course<'pool, S> {
    options: LoopOptions<'pool>,
    /// `None`: the strip is the whole loop. Away while workers share the loop.
    pilot: Option<Pilot>,
    /// The strip that runs is an empty one: workers are next.
    is_shared: bool,
    strips: S,
}

/// What follows a strip.
pub enum Next<'pool, S: Strips> {
    /// One more.
    Plain(S::Strip),
    /// Those who run the rest.
    Shared(Team<'pool, S>),
    /// Nothing.
    Over,
}

impl<'pool, S: Strips> Course<'pool, S> {
    /// Starts a loop, and gives its first strip.
    #[inline]
    pub fn start(options: LoopOptions<'pool>, site: &'static Site, mut strips: S) -> (Self, S::Strip) {
        let left = options.left(&strips);
        if !options.is_shared_anyhow() && site.is_short(left.items.1) {
            let strip = strips.strip(usize::MAX);
            return (Self { options, pilot: None, is_shared: false, strips }, strip);
        }
        let (pilot, turn) = pilot(&options, site, left);
        let n = match turn {
            Turn::Plain(n) => n,
            Turn::Shared => 0,
        };
        let strip = strips.strip(n);
        (Self { options, pilot, is_shared: turn == Turn::Shared, strips }, strip)
    }

    /// What follows the strip, which has been run to its end.
    #[inline]
    pub fn go_on(&mut self, strip: S::Strip) -> Next<'pool, S> {
        if self.pilot.is_none() {
            return Next::Over;
        }
        // Here, since a strip that is passed on in memory is kept there while the loop runs.
        self.strips.put_back(strip);
        self.next()
    }

    #[cold]
    fn next(&mut self) -> Next<'pool, S> {
        let left = (!self.strips.is_over()).then(|| self.left());
        let turn = match &mut self.pilot {
            Some(_) if self.is_shared => left.map(|_| Turn::Shared),
            Some(pilot) => pilot.next(left, &|| self.options.has_helpers()),
            None => None,
        };
        match turn {
            None => Next::Over,
            Some(Turn::Plain(n)) => Next::Plain(self.strips.strip(n)),
            Some(Turn::Shared) => {
                self.is_shared = false;
                let pilot = self.pilot.take().expect("it has just said so");
                Next::Shared(Team { options: self.options, pilot, input: self.strips.take_input() })
            }
        }
    }

    /// What follows what workers did: a strip, if they did not pay, or nothing.
    pub fn resume<R: Running<S::Input>>(&mut self, steps: R) -> Option<S::Strip> {
        let (mut pilot, rest) = steps.finish();
        self.strips.put_back_input(rest?);
        if self.strips.is_over() {
            return None;
        }
        let n = pilot.go_on_alone(self.left());
        self.pilot = Some(pilot);
        Some(self.strips.strip(n))
    }

    fn left(&self) -> Left {
        self.options.left(&self.strips)
    }
}

#[cold]
fn pilot(options: &LoopOptions<'_>, site: &'static Site, left: Left) -> (Option<Pilot>, Turn) {
    let Some(sharing) = options.sharing(left.items.1) else { return (None, Turn::Plain(usize::MAX)) };
    let (pilot, turn) = Pilot::start(site, sharing, left, &|| options.has_helpers());
    (Some(pilot), turn)
}

/// A loop that workers share.
pub trait Running<N> {
    /// Ends it, and gives back what workers have left, because they did not pay.
    fn finish(self) -> (Pilot, Option<N>);
}

impl<N, P, C, A> Running<N> for Steps<'_, N, P, C, A>
where
    N: Input,
    N::Source: Source<Chunk: Send> + Send,
    P: Work<N::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
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
    /// How many iterations there will be, if all are run and come to their end in the order of the loop.
    pub(super) fn n_in_order(&self) -> Option<usize> {
        self.input.len().filter(|_| self.options.is_whole_and_in_order())
    }

    /// Starts them. (Of the result no more is said than what can be done with it, so that an error about the closure does not
    /// become one about each of its uses.)
    ///
    /// # Safety
    ///
    /// The result must not be leaked: it must be dropped before anything that `part` borrows ends. (It is a local of
    /// generated code, which nobody else can name, in a function that cannot be suspended: the macro refuses async
    /// functions, blocks and closures, and attributes that could still make one.)
    pub unsafe fn run<P, C>(self, part: P) -> impl Iterator<Item = C> + Running<S::Input>
    where
        <S::Input as Input>::Source: Source<Chunk: Send> + Send,
        P: Fn(S::Item) -> C + Sync,
        C: Step + Send,
    {
        // SAFETY: our caller promises the same.
        unsafe { self.start(Each(part)) }
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
        };
        // SAFETY: our caller promises what `start` asks for.
        unsafe { Steps::start(input, part, limits, helpers, pilot) }
    }
}
