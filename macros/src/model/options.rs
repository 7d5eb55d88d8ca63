//! The options of one loop or task, with the places where they were written.

use super::reduction::{self, Reduction};
use proc_macro2::{Ident, Span};
use syn::{Expr, Path};

/// Where the parallel part runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Thread,
    Process,
    Sequential,
}

/// A value with the key in front of it.
#[derive(Debug, Clone)]
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// What one attribute asks for, or a function's and a mark's together.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) mode: Option<Keyed<Mode>>,
    pub(crate) workers: Option<Keyed<Expr>>,
    pub(crate) chunksize: Option<Keyed<Expr>>,
    pub(crate) buffersize: Option<Keyed<Expr>>,
    pub(crate) pool: Option<Keyed<Expr>>,
    /// What only processes can do.
    pub(crate) timeout: Option<Keyed<Expr>>,
    pub(crate) retries: Option<Keyed<Expr>>,
    pub(crate) max_tasks_per_child: Option<Keyed<Expr>>,
    pub(crate) unordered: Option<Span>,
    pub(crate) task: Option<Span>,
    pub(crate) shared: Vec<Ident>,
    pub(crate) reduce: Vec<Reduction>,
    pub(crate) explain: Option<Span>,
    pub(crate) krate: Option<Path>,
}

impl Options {
    pub(crate) fn is_sequential(&self) -> bool {
        self.mode.as_ref().is_some_and(|mode| mode.value == Mode::Sequential)
    }

    pub(crate) fn is_process(&self) -> bool {
        self.mode.as_ref().is_some_and(|mode| mode.value == Mode::Process)
    }

    /// Those that need workers which can be killed and replaced.
    pub(crate) fn for_processes_only(&self) -> impl Iterator<Item = &Keyed<Expr>> {
        [&self.timeout, &self.retries, &self.max_tasks_per_child].into_iter().flatten()
    }

    /// These options where they are given, and `outer`'s where not. A `pool` and a number of `workers`
    /// exclude each other, so each replaces an outer other.
    pub(crate) fn over(&self, outer: &Self) -> Self {
        let (workers, pool) = if self.workers.is_some() || self.pool.is_some() {
            (self.workers.clone(), self.pool.clone())
        } else {
            (outer.workers.clone(), outer.pool.clone())
        };
        Self {
            mode: self.mode.clone().or_else(|| outer.mode.clone()),
            workers,
            chunksize: self.chunksize.clone().or_else(|| outer.chunksize.clone()),
            buffersize: self.buffersize.clone().or_else(|| outer.buffersize.clone()),
            pool,
            timeout: self.timeout.clone().or_else(|| outer.timeout.clone()),
            retries: self.retries.clone().or_else(|| outer.retries.clone()),
            max_tasks_per_child: self.max_tasks_per_child.clone().or_else(|| outer.max_tasks_per_child.clone()),
            unordered: self.unordered.or(outer.unordered),
            task: self.task,
            explain: self.explain.or(outer.explain),
            shared: self.shared.iter().chain(&outer.shared).cloned().collect(),
            reduce: reduction::over(&self.reduce, &outer.reduce),
            krate: self.krate.clone().or_else(|| outer.krate.clone()),
        }
    }
}
