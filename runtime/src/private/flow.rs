//! How an iteration's parallel part ends: with values, or with an exit that the in-order part honours.

use crate::task::outcome::{self, Panic};
use crate::thread::loop_core::Step;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::task::Poll;

/// What the closure of a parallel part returns. Generated code names this type as the closure's result,
/// so that a `return` which a macro hides in the parallel part is a type error rather than a silent exit
/// from one iteration.
#[derive(Debug)]
#[must_use]
pub enum Flow<T, E> {
    /// The values which cross to the in-order part.
    Next(T),
    /// `continue`
    Skip,
    /// `break`, `return`, `?` or a jump to an outer label; `E` says which.
    Leave(E),
}

impl<T, E> Step for Flow<T, E> {
    fn ends_loop(&self) -> bool {
        matches!(self, Self::Leave(_))
    }
}

/// One of several exits: the first is `This(_)`, the second `That(This(_))`, and so on.
#[derive(Debug)]
pub enum Or<A, B> {
    /// This one.
    This(A),
    /// One of those behind it.
    That(B),
}

/// A macro that might have returned an error did not: `ensure!(a, "b"); Ok(Through)`. No other code knows the type, so no
/// other `Ok` that a macro returns can be taken for it.
#[derive(Debug)]
pub struct Through;

/// The end of a chain of [`Or`], and the exit of a part without exits.
#[derive(Debug)]
pub enum Never {}

/// A piece of the parallel part that stands behind in-order statements: how it ended takes effect when
/// these have run.
#[derive(Debug)]
#[must_use]
pub struct Landing<T, E>(Result<Flow<T, E>, Panic>);

/// Runs such a piece: `let rest = segment(|| { …; Flow::Next((a, b)) });`
pub fn segment<T, E>(piece: impl FnOnce() -> Flow<T, E>) -> Landing<T, E> {
    Landing(outcome::catch(piece))
}

impl<T, E> Landing<T, E> {
    /// Whether the loop ends with this piece.
    pub(super) fn ends_loop(&self) -> bool {
        self.0.as_ref().map_or(true, Step::ends_loop)
    }

    /// How the piece ended; its panic goes on here.
    pub fn land(self) -> Flow<T, E> {
        self.0.unwrap_or_else(|panic| outcome::resume(panic))
    }
}

/// What `?` can be applied to in a parallel part: `match branch(x) { Continue(v) => v, Break(r) => … }`.
/// The residual is what `?` is applied to again, on the caller, where it converts the error.
#[diagnostic::on_unimplemented(
    message = "`?` cannot be applied to `{Self}` in the parallel part of a `#[concurrent]` loop",
    note = "it works on `Result`, `Option`, `ControlFlow` and `Poll<Result<_, _>>`"
)]
pub trait Branch {
    /// What `?` gives.
    type Output;
    /// What `?` returns, without the values that it would have given.
    type Residual;

    /// Decides.
    fn branch(self) -> ControlFlow<Self::Residual, Self::Output>;
}

impl<T, E> Branch for Result<T, E> {
    type Output = T;
    type Residual = Result<Infallible, E>;

    #[inline]
    fn branch(self) -> ControlFlow<Self::Residual, T> {
        match self {
            Ok(value) => ControlFlow::Continue(value),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }
}

impl<T> Branch for Option<T> {
    type Output = T;
    type Residual = Option<Infallible>;

    #[inline]
    fn branch(self) -> ControlFlow<Self::Residual, T> {
        self.map_or(ControlFlow::Break(None), ControlFlow::Continue)
    }
}

impl<B, C> Branch for ControlFlow<B, C> {
    type Output = C;
    type Residual = ControlFlow<B, Infallible>;

    #[inline]
    fn branch(self) -> ControlFlow<Self::Residual, C> {
        match self {
            ControlFlow::Continue(value) => ControlFlow::Continue(value),
            ControlFlow::Break(value) => ControlFlow::Break(ControlFlow::Break(value)),
        }
    }
}

impl<T, E> Branch for Poll<Result<T, E>> {
    type Output = Poll<T>;
    type Residual = Result<Infallible, E>;

    #[inline]
    fn branch(self) -> ControlFlow<Self::Residual, Poll<T>> {
        match self {
            Poll::Ready(Ok(value)) => ControlFlow::Continue(Poll::Ready(value)),
            Poll::Ready(Err(error)) => ControlFlow::Break(Err(error)),
            Poll::Pending => ControlFlow::Continue(Poll::Pending),
        }
    }
}

/// Decides a `?`.
#[inline]
pub fn branch<R: Branch>(value: R) -> ControlFlow<R::Residual, R::Output> {
    value.branch()
}
