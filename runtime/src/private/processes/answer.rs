//! What becomes of a failure of the machinery: the function returns it if it can.

use std::marker::PhantomData;

use crate::error::Error;
use crate::task::outcome;

/// Stands for what a function returns.
#[derive(Debug)]
pub struct Answer<R>(PhantomData<fn() -> R>);

impl<R> Answer<R> {
    /// `Answer::<Result<T, E>>::new()`
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for Answer<R> {
    fn default() -> Self {
        Self::new()
    }
}

/// See `probe`.
pub trait AnswerWithError<R> {
    /// The more specific answer: the function can return the error. A panic goes on.
    fn give_up(&self, error: Error) -> R;
}

impl<T, E: From<Error>> AnswerWithError<Result<T, E>> for &Answer<Result<T, E>> {
    #[track_caller]
    fn give_up(&self, error: Error) -> Result<T, E> {
        if error.is_panic() { panic_with(error) } else { Err(error.into()) }
    }
}

/// See `probe`.
pub trait AnyAnswer<R> {
    /// The general answer: the error is a panic.
    fn give_up(&self, error: Error) -> R;
}

impl<R> AnyAnswer<R> for Answer<R> {
    #[track_caller]
    fn give_up(&self, error: Error) -> R {
        panic_with(error)
    }
}

/// A failure that the function cannot return.
///
/// # Panics
///
/// Always: with the panic of the iteration, or with the error's text.
#[track_caller]
pub fn panic_with(error: Error) -> ! {
    let text = error.to_string();
    match error.into_panic() {
        Ok(payload) => outcome::resume(payload),
        Err(_) => panic!("{text}"),
    }
}
