//! The near end of a map: pulls the input, cuts it into chunks and hands them to an executor, within bounds.

use std::mem::take;
use std::time::Instant;

use super::launch::Launch;
use crate::error::Error;
use crate::future::Future;
use crate::label::Label;
use crate::schedule::pace::Pace;
use crate::sync::Arc;
use crate::task::outcome;

/// The results of a chunk, in order.
pub(crate) type ChunkResults<T> = Vec<Result<T, Error>>;

/// Consecutive inputs on their way through an executor.
pub(super) struct Chunk<T: 'static> {
    /// The index of the first input.
    pub(super) first: usize,
    pub(super) len: usize,
    pub(super) future: Future<ChunkResults<T>>,
}

impl<T> Chunk<T> {
    /// One result for each of `len` inputs, also if the chunk as a whole came to nothing.
    pub(super) fn spread(results: Result<ChunkResults<T>, Error>, len: usize) -> ChunkResults<T> {
        results.unwrap_or_else(|error| {
            let mut results: ChunkResults<T> = (1..len).map(|_| Err(error.for_next_item())).collect();
            results.insert(0, Err(error));
            results
        })
    }
}

/// The input of a map and where it goes.
pub(crate) struct Feed<'p, I: Iterator, T: 'static> {
    /// `None` once the input has ended: it is never asked again.
    input: Option<I>,
    #[expect(clippy::type_complexity, reason = "this is the one place that names it")]
    launch: Box<dyn Fn(Vec<I::Item>) -> Future<ChunkResults<T>> + 'p>,
    /// Whether the executor takes more than what is needed next.
    runs_ahead: bool,
    pace: Pace,
    buffer_size: Option<usize>,
    n_pulled: usize,
    n_taken: usize,
    /// Whether a result counts as taken only when the next one is asked for: then its owner is done with it.
    takes_late: bool,
    is_last_untaken: bool,
}

impl<'p, I: Iterator, T: Send + 'static> Feed<'p, I, T> {
    pub(super) fn new<L, F>(executor: L, label: Label, work: F, input: I) -> Self
    where
        L: Launch + 'p,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        I::Item: Send + 'static,
    {
        let runs_ahead = executor.runs_ahead();
        let pace = Pace::fixed(executor.workers());
        let work = Arc::new(work);
        let launch = move |items: Vec<I::Item>| {
            let work = Arc::clone(&work);
            executor.launch(label, move || {
                items.into_iter().map(|item| outcome::run(label, || work(item))).collect::<ChunkResults<T>>()
            })
        };
        Self { runs_ahead, pace, ..Self::over(1, launch, input) }
    }

    /// The input goes where `launch` takes it, of which so many workers run chunks at once.
    pub(crate) fn over(
        n_workers: usize,
        launch: impl Fn(Vec<I::Item>) -> Future<ChunkResults<T>> + 'p,
        input: I,
    ) -> Self {
        Self {
            input: Some(input),
            launch: Box::new(launch),
            runs_ahead: true,
            pace: Pace::adaptive(n_workers),
            buffer_size: None,
            n_pulled: 0,
            n_taken: 0,
            takes_late: false,
            is_last_untaken: false,
        }
    }

    /// The input goes where `launch` takes it, which returns when the chunk is done.
    pub(crate) fn here(launch: impl Fn(Vec<I::Item>) -> Future<ChunkResults<T>> + 'p, input: I) -> Self {
        Self { runs_ahead: false, pace: Pace::fixed(1), ..Self::over(1, launch, input) }
    }

    #[track_caller]
    pub(super) fn set_chunk_size(&mut self, n: usize) {
        assert!(n >= 1, "`chunksize` must be at least 1, but is 0");
        self.pace.fix_size(n);
    }

    #[track_caller]
    pub(super) fn set_buffer_size(&mut self, n: usize) {
        assert!(n >= 1, "`buffersize` must be at least 1, but is 0");
        self.buffer_size = Some(n);
    }

    pub(super) fn runs_ahead(&self) -> bool {
        self.runs_ahead
    }

    /// From now on, a result counts as taken when the next one is asked for.
    pub(super) fn take_late(&mut self) {
        self.takes_late = true;
    }

    /// Notes that a result is asked for. Whether that makes room for more.
    pub(super) fn note_asked(&mut self) -> bool {
        let makes_room = take(&mut self.is_last_untaken);
        self.n_taken += usize::from(makes_room);
        makes_room
    }

    /// Notes that a result is handed out. Whether that makes room for more which may run meanwhile.
    pub(super) fn note_handed_out(&mut self) -> bool {
        if self.takes_late {
            self.is_last_untaken = true;
            return false;
        }
        self.n_taken += 1;
        self.runs_ahead
    }

    /// Notes that the results of a chunk, asked for at the one time, were there at the other.
    pub(super) fn note_pace(&mut self, len: usize, asked: Instant, there: Instant) {
        self.pace.observe(len, asked, there);
    }

    /// How many results were handed out. Where that is done in order, the index of the next.
    pub(super) fn n_handed_out(&self) -> usize {
        self.n_taken + usize::from(self.is_last_untaken)
    }

    /// How many inputs were pulled whose results were not taken.
    pub(super) fn n_ahead(&self) -> usize {
        self.n_pulled - self.n_taken
    }

    /// Starts the next chunk, if there is input and room for it.
    pub(super) fn start_chunk(&mut self) -> Option<Chunk<T>> {
        let chunk_size = self.pace.size(self.n_remaining(), self.buffer_size);
        let room = self.buffer_size.unwrap_or_else(|| self.pace.n_ahead().saturating_mul(chunk_size));
        // A buffer smaller than a chunk makes smaller chunks: the bound is what was promised.
        let chunk_size = chunk_size.min(room.max(1));
        let room = if self.runs_ahead { room } else { chunk_size };
        if self.n_ahead() > 0 && self.n_ahead().saturating_add(chunk_size) > room {
            return None;
        }
        let items = self.pull(chunk_size);
        if items.is_empty() {
            return None;
        }
        let (first, len) = (self.n_pulled, items.len());
        self.n_pulled += len;
        Some(Chunk { first, len, future: (self.launch)(items) })
    }

    /// How much input there still is, if it says so.
    fn n_remaining(&self) -> Option<usize> {
        let (at_least, at_most) = self.input.as_ref()?.size_hint();
        at_most.filter(|at_most| *at_most == at_least)
    }

    fn pull(&mut self, n: usize) -> Vec<I::Item> {
        let Some(input) = &mut self.input else {
            return Vec::new();
        };
        // Not reserved up front: `n` is the user's, and may be far more than there is.
        let mut items = Vec::new();
        while items.len() < n {
            match input.next() {
                Some(item) => items.push(item),
                None => {
                    self.input = None;
                    break;
                }
            }
        }
        items
    }
}
