//! The options of one loop or task, and the pool that they ask for.

use std::time::Duration;

use crate::config;
use crate::error::Error;
use crate::label::Label;
use crate::process::{Limits, ProcessPool};
use crate::role;
use crate::shared;

/// The options of one loop or task, as written and evaluated.
#[derive(Debug)]
#[must_use]
pub struct ProcessOptions<'pool> {
    pub(super) label: Label,
    workers: Option<usize>,
    pub(super) chunk_size: Option<usize>,
    pub(super) buffer_size: Option<usize>,
    max_tasks_per_child: Option<usize>,
    pub(super) limits: Limits,
    pub(super) unordered: bool,
    pool: Option<&'pool ProcessPool>,
}

impl<'pool> ProcessOptions<'pool> {
    /// No options. Errors name the loop or task by this name and the line of the call.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self {
            label: Label::new(name),
            workers: None,
            chunk_size: None,
            buffer_size: None,
            max_tasks_per_child: None,
            limits: Limits::default(),
            unordered: false,
            pool: None,
        }
    }

    counted_options! { workers: workers chunksize: chunk_size buffersize: buffer_size max_tasks_per_child: max_tasks_per_child }

    /// `timeout = limit`
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.timeout = Some(limit);
        self
    }

    /// `retries = n`
    pub fn retries(mut self, n: u32) -> Self {
        self.limits.retries = n;
        self
    }

    /// `unordered`
    pub fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// `pool = &pool`
    pub fn pool(mut self, pool: &'pool ProcessPool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Says what is wrong with the options together; called once all are there.
    ///
    /// # Panics
    ///
    /// If `buffersize` is below `chunksize`.
    #[track_caller]
    pub fn checked(self) -> Self {
        super::super::check_sizes(self.chunk_size, self.buffer_size);
        self
    }

    pub(super) fn caller_runs(&self) -> bool {
        role::caller_runs(self.workers.is_some() || self.pool.is_some())
    }

    /// The pool of a task; `None`: it runs here and now. An error if there can be none.
    pub(super) fn executor(&self) -> Result<Option<&'pool ProcessPool>, Error> {
        if self.caller_runs() { Ok(None) } else { self.team().map(Some) }
    }

    /// The pool of workers that it asks for.
    pub(super) fn team(&self) -> Result<&'pool ProcessPool, Error> {
        let n_workers = || self.workers.unwrap_or_else(config::available_workers);
        self.pool.map_or_else(|| shared::process_pool(n_workers(), self.max_tasks_per_child), Ok)
    }
}
