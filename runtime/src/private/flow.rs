//! How an iteration's parallel part ends: with values, or with an exit that the in-order part honours.

use crate::task::outcome::{self, Panic};
use crate::thread::part::Step;
use std::cell::Cell;
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
    /// `break`
    Stop,
    /// `return`, `?`, a jump to an outer label or a `break` with a value; `E` says which.
    Leave(E),
}

impl<T, E> Step for Flow<T, E> {
    fn ends_loop(&self) -> bool {
        matches!(self, Self::Stop | Self::Leave(_))
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
/// these have run. `None`: it did not run, since a piece in front of it ended the iteration.
#[derive(Debug)]
#[must_use]
pub struct Landing<T, E>(Option<Result<Flow<T, E>, Panic>>);

/// Runs such a piece: `let rest = segment(|| { …; Flow::Next((a, b)) });`
pub fn segment<T, E>(piece: impl FnOnce() -> Flow<T, E>) -> Landing<T, E> {
    Landing(Some(outcome::catch(piece)))
}

/// The same where pieces do not stand within each other, as in branches and inner loops: it does not run where one
/// in front of it ended the iteration.
pub fn segment_unless<T, E>(ended: &Ended, piece: impl FnOnce() -> Flow<T, E>) -> Landing<T, E> {
    if ended.0.get() != End::NotYet {
        return Landing(None);
    }
    let result = outcome::catch(piece);
    ended.0.set(match &result {
        Ok(Flow::Next(_)) => ended.0.get(),
        Ok(Flow::Skip) => End::Skip,
        Ok(Flow::Stop) => End::Stop,
        Ok(Flow::Leave(_)) | Err(_) => End::Outer,
    });
    Landing(Some(result))
}

/// The parallel parts of an inner loop: `let list = list(&ended, source, |item, ended| { …; Flow::Next((a, b)) });`
///
/// Each iteration lands where the in-order part of the inner loop reaches it.
pub fn list<I: IntoIterator, T, E>(
    outer: &Ended,
    source: I,
    mut part: impl FnMut(I::Item, &Ended) -> Flow<T, E>,
) -> Vec<Landing<T, E>> {
    let mut landings = Vec::new();
    let mut source = source.into_iter();
    let ended = Ended::default();
    // One `catch` for the whole loop: a panic is that of the iteration behind the last one that is in the list.
    let result = outcome::catch(|| {
        for item in source.by_ref() {
            let flow = part(item, &ended);
            match &flow {
                Flow::Next(_) => {}
                Flow::Skip => ended.0.set(End::Skip),
                Flow::Stop => ended.0.set(End::Stop),
                Flow::Leave(_) => ended.0.set(End::Outer),
            }
            landings.push(Landing(Some(Ok(flow))));
            match ended.0.get() {
                End::NotYet | End::Skip => ended.0.set(End::NotYet),
                End::Stop | End::Outer => break,
            }
        }
        // As a `for` does it, at the end of the loop; its panic is caught too.
        drop(source);
    });
    if let Err(panic) = result {
        ended.0.set(End::Outer);
        landings.push(Landing(Some(Err(panic))));
    }
    if ended.0.get() == End::Outer {
        outer.0.set(End::Outer);
    }
    landings
}

/// Whether the parallel part of an iteration, of the annotated loop or of a loop in it, has come to an end before its
/// last piece.
#[derive(Debug, Default)]
pub struct Ended(Cell<End>);

impl Ended {
    /// It has not.
    pub fn not_yet() -> Self {
        Self::default()
    }

    /// Whether the annotated loop ends with it, if this is that of its iteration.
    pub(super) fn ends_loop(&self) -> bool {
        matches!(self.0.get(), End::Stop | End::Outer)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum End {
    #[default]
    NotYet,
    /// By `continue`.
    Skip,
    /// By `break`.
    Stop,
    /// By an exit from more than this loop, or a panic.
    Outer,
}

/// A landing as it travels between processes: a panic as its message.
type Sent<Flow> = Option<Result<Flow, Option<String>>>;

impl<T, E> Landing<T, E> {
    /// The landing as it travels.
    pub(super) fn as_sent(&self) -> Sent<&Flow<T, E>> {
        self.0.as_ref().map(|result| result.as_ref().map_err(|panic| outcome::message_of(&**panic)))
    }

    /// The landing as it arrived.
    pub(super) fn of_sent(sent: Sent<Flow<T, E>>) -> Self {
        let panic = |message: Option<String>| -> Panic { Box::new(message.unwrap_or_default()) };
        Self(sent.map(|result| result.map_err(panic)))
    }

    /// How the piece ended; its panic goes on here.
    pub fn land(self) -> Flow<T, E> {
        let result = self.0.expect("the piece in front of it has ended the iteration");
        result.unwrap_or_else(|panic| outcome::resume(panic))
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
