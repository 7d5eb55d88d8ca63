//! What `?` hands over to the calling thread, with a message of its own if that cannot be sent there.
//!
//! A bound `T: Send` is reported for the innermost field that is not `Send`, in words of the standard library, and once
//! more for the type around it. So the question is asked by method resolution (see [`probe`](super::probe)), whose answer
//! is a type with a message.

use super::probe::Probe;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::ControlFlow;

/// What is left of a value of which `?` has seen that it ends the iteration.
///
/// # Safety
///
/// It is `Send` if `Error` is.
pub unsafe trait Residual {
    /// The value in it.
    type Error;
}

// SAFETY: there is nothing else in it.
unsafe impl<E> Residual for Result<Infallible, E> {
    type Error = E;
}

// SAFETY: there is nothing in it.
unsafe impl Residual for Option<Infallible> {
    type Error = Infallible;
}

// SAFETY: there is nothing else in it.
unsafe impl<B> Residual for ControlFlow<B, Infallible> {
    type Error = B;
}

impl<R: Residual> Probe<R> {
    /// Asks about the error of a residual.
    pub fn error_of(_: &R) -> Probe<R::Error> {
        Probe::new()
    }
}

/// A residual on its way to the calling thread.
#[derive(Debug)]
pub struct Shipped<R>(R);

// SAFETY: `ship` is the only way to make one, and asks for a proof that the error is `Send`, with which the residual is too.
unsafe impl<R> Send for Shipped<R> {}

impl<R> Shipped<R> {
    /// The residual, on the calling thread.
    pub fn land(self) -> R {
        self.0
    }
}

/// Sends a residual: `let answer = (&&Probe::error_of(&residual)).sends(); ship(residual, answer)`.
pub fn ship<R: Residual, S: Ships<R::Error>>(residual: R, _: S) -> Shipped<R> {
    Shipped(residual)
}

/// The answer for an error that is `Send`. There is none without such a type.
#[derive(Debug)]
pub struct Sendable<E>(PhantomData<E>);

/// The answer for any other error.
#[derive(Debug)]
pub struct BoundToItsThread;

/// The proof that an error may cross.
///
/// # Safety
///
/// Only for `Send` errors.
#[diagnostic::on_unimplemented(
    message = "[C029] the error `{E}` crosses from the parallel to the in-order part of a `#[concurrent]` loop, but cannot be sent between threads",
    label = "made on a worker, returned on the calling thread",
    note = "help: make it an error that is `Send` (`Box<dyn Error>` → `Box<dyn Error + Send + Sync>`), convert it where it is made (`.map_err(|error| error.to_string())?`), or add the bound `Send` to a generic one"
)]
pub unsafe trait Ships<E> {}

// SAFETY: only `Sends::sends` makes one, for errors that are `Send`.
unsafe impl<E> Ships<E> for Sendable<E> {}

/// See the module.
pub trait Sends<E> {
    /// The more specific answer.
    fn sends(&self) -> Sendable<E>;
}

impl<E: Send> Sends<E> for &Probe<E> {
    fn sends(&self) -> Sendable<E> {
        Sendable(PhantomData)
    }
}

/// See the module.
pub trait Stays {
    /// The general answer.
    fn sends(&self) -> BoundToItsThread {
        BoundToItsThread
    }
}

impl<E> Stays for Probe<E> {}
