//! The contract of every executor: start one function, and give its future.

use crate::future::{Future, finished};
use crate::label::Label;
use crate::task::{context, outcome};

/// Something that runs functions.
pub(crate) trait Launch {
    /// Has `work` run, some time. Neither blocks (unless it runs `work` here and now) nor panics: what goes wrong is
    /// in the future.
    fn launch<F, T>(&self, label: Label, work: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static;

    /// How many functions may run at once.
    fn workers(&self) -> usize;

    /// Whether functions run beside the caller, so that it pays to launch them before their results are needed.
    fn runs_ahead(&self) -> bool {
        true
    }
}

/// Here and now: the reference that the other executors are compared with.
#[derive(Clone, Copy)]
pub(crate) struct Inline;

impl Launch for Inline {
    fn launch<F, T>(&self, label: Label, work: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let _inside = context::enter(label, None, None);
        finished(label, outcome::run(label, work))
    }

    fn workers(&self) -> usize {
        1
    }

    fn runs_ahead(&self) -> bool {
        false
    }
}

impl<L: Launch> Launch for &L {
    fn launch<F, T>(&self, label: Label, work: F) -> Future<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        (**self).launch(label, work)
    }

    fn workers(&self) -> usize {
        (**self).workers()
    }

    fn runs_ahead(&self) -> bool {
        (**self).runs_ahead()
    }
}
