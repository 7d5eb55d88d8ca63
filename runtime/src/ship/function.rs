//! Functions that run in another process: a function that captures nothing is known there by its type alone, so what
//! travels is the place of the code that calls it.
//!
//! ```text
//! here    submit(slow, 7)  →  Function::of::<F, Args, Style>() = the place of `call::<F, Args, Style>`, and 7, encoded
//! there   call::<F, Args, Style>: decodes an `Args`, makes the `F` (which is nothing), calls it, encodes the result
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::entry::Entry;
use super::{decode, encode};
use crate::executor::Call;
use crate::task::outcome;
use crate::wire::message::{Message, Output};
use crate::wire::report::PanicReport;

/// How a task came to nothing in the worker.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    Panicked(PanicReport),
    Undecodable(String),
    Unencodable(String),
}

/// Decodes the arguments, calls a function, and appends the encoded value to the output.
type Thunk = fn(input: Message<'_>, output: &mut Output<'_>) -> Result<(), Failure>;

/// A function that another process of the same executable can call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function(Entry);

impl Function {
    /// The function `F`, called with `Args`.
    ///
    /// # Errors
    ///
    /// See [`Entry::of`].
    pub(crate) fn of<F, Args, Style>() -> Result<Self, String>
    where
        F: Call<Args, Style> + Copy + Send + 'static,
        F::Output: Serialize,
        Args: DeserializeOwned,
    {
        captures_nothing::<F>();
        let thunk: Thunk = call::<F, Args, Style>;
        Entry::of(thunk as usize).map(Self)
    }

    /// Calls the function, in a worker.
    ///
    /// # Safety
    ///
    /// `self` was made by [`of`](Self::of) in a process of the same executable.
    pub(crate) unsafe fn call(self, input: Message<'_>, output: &mut Output<'_>) -> Result<(), Failure> {
        let address = self.0.address().map_err(Failure::Undecodable)?;
        // SAFETY: our caller promises that the distance was that of a `Thunk` in the same executable, and code lies at the
        // same distance from the anchor in every process that runs it.
        let thunk = unsafe { std::mem::transmute::<usize, Thunk>(address) };
        thunk(input, output)
    }

    /// How many bytes [`write`](Self::write) writes.
    pub(crate) const SIZE: usize = 8;

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    pub(crate) fn read(input: &mut &[u8]) -> Option<Self> {
        Entry::read(input).map(Self)
    }
}

/// Refuses, when the program is built, functions that hold a value.
const fn captures_nothing<F>() {
    const {
        assert!(
            size_of::<F>() == 0,
            "a function for a worker process captures nothing: name the function itself, give values as arguments"
        );
    }
}

fn call<F, Args, Style>(input: Message<'_>, output: &mut Output<'_>) -> Result<(), Failure>
where
    F: Call<Args, Style> + Copy + Send + 'static,
    F::Output: Serialize,
    Args: DeserializeOwned,
{
    captures_nothing::<F>();
    let arguments: Args = receive_with(|| decode(input))?;
    // SAFETY: `F` is a function or a closure; it has no bytes, so there is nothing to read, and the process that sent us here
    // had a value of it. That this is a copy of that value, `Copy + Send + 'static` cannot show between processes for one
    // case: a captured token of no size that stands for something done there. `ProcessPool` tells its users not to.
    let function: F = unsafe { std::ptr::NonNull::<F>::dangling().read() };
    let value = outcome::report(|| function.call(arguments)).map_err(Failure::Panicked)?;
    give(value, output)
}

/// Decodes what came from the other process; a panic on the way is an error like others.
pub(super) fn receive_with<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, Failure> {
    outcome::report(decode).unwrap_or_else(|panic| Err(while_it("decoding", panic))).map_err(Failure::Undecodable)
}

/// Encodes what goes to the other process, and drops it.
pub(super) fn give<T: Serialize>(value: T, output: &mut Output<'_>) -> Result<(), Failure> {
    let given = outcome::report(|| {
        let encoded = encode(&value, output);
        drop(value);
        encoded
    });
    given.unwrap_or_else(|panic| Err(while_it("encoding", panic))).map_err(Failure::Unencodable)
}

fn while_it(what: &str, panic: PanicReport) -> String {
    format!("{what} it panicked: {}", panic.message.unwrap_or_else(|| "no message".to_owned()))
}
