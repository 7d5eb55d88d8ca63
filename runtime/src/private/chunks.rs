//! The chunks of a running loop in order, each followed by its steps.

use super::course::Running;
use crate::schedule::pilot::Pilot;
use crate::schedule::source::{Input, Source};
use crate::thread::loop_core::{Gather, Step, Work};
use crate::thread::scoped_loop::Steps;

/// What such a loop gives.
#[derive(Debug)]
pub enum Given<A, C> {
    /// What the chunk gathered whose steps follow.
    Chunk(A),
    /// One iteration.
    Step(C),
}

/// A running loop whose chunks gather something.
pub(super) struct Chunks<S>(pub(super) S);

impl<N, P, C, A> Iterator for Chunks<Steps<'_, N, P, C, A>>
where
    N: Input,
    N::Source: Source<Chunk: Send> + Send,
    P: Work<N::Item, C, A>,
    C: Step + Send,
    A: Gather + Send,
{
    type Item = Given<A, C>;

    #[inline]
    fn next(&mut self) -> Option<Given<A, C>> {
        match self.0.step() {
            Some(step) => Some(Given::Step(step)),
            None => self.0.chunk().map(Given::Chunk),
        }
    }
}

impl<N, S: Running<N>> Running<N> for Chunks<S> {
    fn finish(self) -> (Pilot, Option<N>) {
        self.0.finish()
    }
}
