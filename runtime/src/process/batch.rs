//! Work for worker processes, encoded: tasks that belong together because one future waits for them.

use std::iter;
use std::ops::Range;
use std::time::Duration;

use super::arguments::ArgumentRuns;
use crate::future::Sink;
use crate::ship::function::Function;
use crate::ship::part::PartFunction;
use crate::sync::{Arc, AtomicBool, AtomicU64, Ordering};
use crate::wire::message::Output;

/// Limits of each task of a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// How long it may run.
    pub(crate) timeout: Option<Duration>,
    /// How often it is tried again after its worker died or it ran too long.
    pub(crate) retries: u32,
    /// How long it may go on running when nobody wants it any more. `None`: as long as it likes.
    pub(crate) grace: Option<Duration>,
}

/// What the tasks of a batch call.
#[derive(Debug)]
pub(crate) enum Callee {
    Function(Function),
    /// The parallel part of a loop, and what it captured.
    Part(Arc<Part>),
}

/// The parallel part of a loop with its captured variables, which each worker gets once.
#[derive(Debug)]
pub(crate) struct Part {
    /// Never given twice.
    pub(crate) number: u64,
    pub(crate) function: PartFunction,
    pub(crate) captured: Vec<u8>,
}

impl Part {
    pub(crate) fn new(function: PartFunction, captured: Vec<u8>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // Relaxed: only the numbers must differ.
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), function, captured }
    }
}

/// The encoded arguments of tasks, one behind the other, and their long runs.
pub(crate) struct Arguments {
    pub(super) bytes: Vec<u8>,
    pub(super) runs: ArgumentRuns,
}

impl Arguments {
    /// To be appended to.
    pub(super) fn output(&mut self) -> Output<'_> {
        Output::beside(&mut self.bytes, Some(&mut self.runs))
    }
}

/// Tasks that call the same and that one future waits for.
pub(crate) struct Batch {
    pub(crate) callee: Callee,
    pub(crate) limits: Limits,
    pub(crate) sink: Arc<dyn Sink>,
    /// The encoded arguments of all tasks, one behind the other, and where those of each end.
    ///
    /// Shared with what is being sent, which may outlast the batch.
    arguments: Arc<Vec<u8>>,
    /// Kept until no worker reads them any more.
    _runs: ArgumentRuns,
    ends: Ends,
    is_recalled: AtomicBool,
}

enum Ends {
    /// One task, which has all the arguments.
    One,
    Many {
        ends: Vec<usize>,
        /// Those that could not be encoded, in order. They are not run.
        unsendable: Vec<usize>,
    },
}

impl Batch {
    pub(crate) fn one(callee: Callee, limits: Limits, sink: Arc<dyn Sink>, arguments: Arguments) -> Self {
        Self::new(callee, limits, sink, arguments, Ends::One)
    }

    pub(crate) fn many(
        callee: Callee,
        limits: Limits,
        sink: Arc<dyn Sink>,
        arguments: Arguments,
        ends: Vec<usize>,
        unsendable: Vec<usize>,
    ) -> Self {
        Self::new(callee, limits, sink, arguments, Ends::Many { ends, unsendable })
    }

    fn new(callee: Callee, limits: Limits, sink: Arc<dyn Sink>, arguments: Arguments, ends: Ends) -> Self {
        let Arguments { bytes, runs } = arguments;
        let is_recalled = AtomicBool::new(false);
        Self { callee, limits, sink, arguments: Arc::new(bytes), _runs: runs, ends, is_recalled }
    }

    /// The memory of its arguments, unless they are still being sent.
    pub(super) fn into_arguments(self) -> Option<Vec<u8>> {
        Arc::into_inner(self.arguments)
    }

    pub(crate) fn len(&self) -> usize {
        match &self.ends {
            Ends::One => 1,
            Ends::Many { ends, .. } => ends.len(),
        }
    }

    /// The encoded arguments of all tasks.
    pub(super) fn all_arguments(&self) -> &Arc<Vec<u8>> {
        &self.arguments
    }

    /// Where in these the arguments of one task are.
    pub(super) fn place(&self, item: usize) -> Range<usize> {
        match &self.ends {
            Ends::One => 0..self.arguments.len(),
            Ends::Many { ends, .. } => item.checked_sub(1).map_or(0, |before| ends[before])..ends[item],
        }
    }

    /// The first of `items`, with as many more as have no more than `len` bytes of arguments together.
    pub(super) fn short_ones(&self, items: Range<usize>, len: usize) -> Range<usize> {
        let start = self.place(items.start).start;
        let is_short = |item: &usize| self.place(*item).end - start <= len;
        let n = items.clone().take_while(is_short).count().max(1);
        items.start..items.start + n
    }

    /// Says that nobody wants the results any more.
    pub(super) fn recall(&self) {
        // Relaxed: read under the lock of the pool's state, under which it is set.
        self.is_recalled.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_recalled(&self) -> bool {
        self.is_recalled.load(Ordering::Relaxed)
    }
}

/// Tasks of a batch that follow each other and wait for a worker.
pub(super) struct Run {
    pub(super) batch: Arc<Batch>,
    pub(super) items: Range<usize>,
    /// How often they may be tried after this time.
    pub(super) retries_left: u32,
    /// How many workers have died when it was the turn of the first of them.
    pub(super) n_deaths: u32,
}

impl Run {
    /// All tasks of a batch that can run.
    pub(super) fn all_of(batch: &Arc<Batch>) -> Vec<Self> {
        let unsendable = match &batch.ends {
            Ends::One => &[],
            Ends::Many { unsendable, .. } => unsendable.as_slice(),
        };
        let starts = iter::once(0).chain(unsendable.iter().map(|item| item + 1));
        let ends = unsendable.iter().copied().chain(iter::once(batch.len()));
        let run = |items| Self { batch: Arc::clone(batch), items, retries_left: batch.limits.retries, n_deaths: 0 };
        starts.zip(ends).filter(|(start, end)| start < end).map(|(start, end)| run(start..end)).collect()
    }
}
