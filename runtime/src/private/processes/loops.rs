//! A loop whose parallel part runs in other processes.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::options::ProcessOptions;
use crate::error::Error;
use crate::executor::{Feed, Map, Unordered};
use crate::future::finished;
use crate::process::{Callee, Limits, Part};
use crate::ship::part::{Captures, MakeBody, PartFunction};
use crate::ship::travel::Travel;
use crate::sync::Arc;
use crate::task::outcome;
use crate::wire::message::Output;

/// How a loop runs.
#[derive(Debug)]
pub enum ProcessPlan<'pool> {
    /// As it was written.
    Plain,
    /// Split.
    Parallel(ProcessTeam<'pool>),
}

impl<'pool> ProcessOptions<'pool> {
    /// Decides how a loop runs.
    pub fn plan(self) -> ProcessPlan<'pool> {
        if self.caller_runs() {
            return ProcessPlan::Plain;
        }
        ProcessPlan::Parallel(ProcessTeam { options: self })
    }
}

/// Those who will run the loop.
#[derive(Debug)]
pub struct ProcessTeam<'pool> {
    options: ProcessOptions<'pool>,
}

/// A source and the parallel part of the loop over it.
#[derive(Debug)]
pub struct ProcessPart<I, V: Travel, K: Travel, C> {
    source: I,
    captures: Captures<V>,
    make: MakeBody<V, K, C>,
}

/// Ties the closures to the iterator and the captured variables, so that the compiler knows the types of their
/// parameters.
pub fn process_part<I, V, K, C>(
    source: I,
    _kind: K,
    captures: Captures<V>,
    make: MakeBody<V, K, C>,
) -> ProcessPart<I, V, K, C>
where
    I: Iterator<Item = K::Here>,
    V: Travel,
    K: Travel,
{
    ProcessPart { source, captures, make }
}

/// The results of the parallel part, in order unless the loop said otherwise.
#[derive(Debug)]
pub enum Steps<'pool, I: Iterator, C: 'static> {
    /// In the order of the source.
    Ordered(Map<'pool, I, C>),
    /// As they come.
    Unordered(Unordered<'pool, I, C>),
}

impl<I: Iterator, C: Send + 'static> Iterator for Steps<'_, I, C> {
    type Item = Result<C, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Ordered(map) => map.next(),
            Self::Unordered(map) => map.next().map(|(_, result)| result),
        }
    }
}

/// How long an iteration may go on when its loop has been left.
const GRACE: Duration = Duration::from_millis(100);

impl<'pool> ProcessTeam<'pool> {
    /// Starts the loop.
    pub fn run<I, V, K, C>(self, part: ProcessPart<I, V, K, C>) -> Steps<'pool, I, C>
    where
        I: Iterator<Item = K::Here> + 'pool,
        V: Travel,
        K: Travel + 'pool,
        C: Serialize + DeserializeOwned + Send + 'static,
    {
        let ProcessPart { source, captures, make } = part;
        let Self { options } = self;
        let label = options.label;
        let shipped = match captures.error {
            Some(reason) => Err(reason),
            None => PartFunction::of(make).map(|function| Arc::new(Part::new(function, captures.bytes))),
        };
        let pool = options.team();
        let limits = Limits { grace: Some(GRACE), ..options.limits };
        let n_workers = pool.as_ref().map_or(1, |pool| pool.workers());
        let launch = move |items: Vec<K::Here>| match (&pool, &shipped) {
            (Ok(pool), Ok(part)) => {
                let callee = Callee::Part(Arc::clone(part));
                pool.chunk(label, callee, limits, items, |item, out| write_caught::<K>(&item, out))
            }
            (Err(error), _) => finished(label, Err(error.for_next_item())),
            (_, Err(reason)) => finished(label, Err(Error::encode(label, reason.clone()))),
        };
        let map = Map::over(Feed::over(n_workers, launch, source)).for_loop();
        let map = map.tuned(options.chunk_size, options.buffer_size);
        if options.unordered { Steps::Unordered(map.unordered()) } else { Steps::Ordered(map) }
    }
}

fn write_caught<K: Travel>(item: &K::Here, out: &mut Output<'_>) -> Result<(), String> {
    let before = out.mark();
    outcome::catch(|| K::write(item, out)).unwrap_or_else(|_| {
        out.reset(before);
        Err("encoding it panicked".to_owned())
    })
}
