//! What is demanded of what goes to another process or comes from there, called by generated code for the sake of the
//! messages.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::CrossCopy;
use super::super::travels::Stateless;
use crate::ship::borrows::{ByBorrows, ByReferenceTo, BySlice};
use crate::ship::crossing::{Crossing, Owned};
use crate::ship::travel::{Both, ByReference, ByValue, Portable};

/// What the parallel part may capture.
#[diagnostic::on_unimplemented(
    message = "[C030] `{Self}` is captured by the parallel part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent to a worker process",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; capture what it is made from instead of a handle (a path for a file), or only the field that is needed (`let k = self.k;` before the loop)",
    note = "help: or use it in an in-order statement only, or use `mode = \"thread\"`"
)]
pub trait ProcessCapture<K, S> {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessCapture<ByValue<V>, Stateless> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessCapture<ByReference<'_, V>, Stateless> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessCapture<ByBorrows<V>, Stateless> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessCapture<ByReferenceTo<'_, V>, Stateless> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessCapture<BySlice<'_, V>, Stateless> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, A, B> ProcessCapture<Both<A, B>, Stateless> for T {}

/// Checks how a captured local travels.
pub fn process_capture<K, T: ProcessCapture<K, S>, S>(kind: K, _: PhantomData<T>, _: S) -> K {
    kind
}

/// What a worker may be given as an item.
#[diagnostic::on_unimplemented(
    message = "[C003] this `#[concurrent(mode = \"process\")]` loop iterates over `{Self}`, which cannot be sent to a worker process",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types, or iterate over indices or owned values (`lines.collect::<Result<Vec<_>, _>>()?` where the items are results)",
    note = "help: or use `mode = \"thread\"`"
)]
pub trait ProcessItem<K> {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessItem<ByValue<V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessItem<ByReference<'_, V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessItem<ByBorrows<V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V> ProcessItem<ByReferenceTo<'_, V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessItem<BySlice<'_, V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, A, B> ProcessItem<Both<A, B>> for T {}

/// Checks how the items of a loop travel.
pub fn process_items<K, T: ProcessItem<K>>(kind: K, _: PhantomData<T>) -> K {
    kind
}

/// What may cross from the parallel to the in-order part.
#[diagnostic::on_unimplemented(
    message = "[C029] `{Self}` crosses from the parallel to the in-order part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent from a worker process",
    label = "not `Serialize + DeserializeOwned + Send`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; a borrow becomes its owner with `to_owned()`, an error its text with `.map_err(|error| error.to_string())?`, and where the function returns an error of another kind, that is made of the text behind it: `.map_err(|error| error.to_string()).map_err(io::Error::other)?`",
    note = "help: or use `mode = \"thread\"`"
)]
pub trait ProcessCross<K> {}

#[diagnostic::do_not_recommend]
impl<T: Send, V> ProcessCross<ByValue<V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessCross<ByReference<'_, V>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, V: ?Sized> ProcessCross<ByReferenceTo<'_, ByReference<'_, V>>> for T {}
#[diagnostic::do_not_recommend]
impl<T: ?Sized, A, B> ProcessCross<Both<A, B>> for T {}

/// Checks how a value crosses.
pub fn process_cross<K, T: ProcessCross<K>>(kind: K, _: PhantomData<T>) -> K {
    kind
}

/// See `ProcessCross`; for values whose type is not known yet where they cross.
pub fn process_cross_owned<T: PortableValue>(value: T) -> Crossing<Owned<T>> {
    ByValue::new().pack(value)
}

/// See `process_cross_owned`.
#[diagnostic::on_unimplemented(
    message = "[C029] `{Self}` crosses from the parallel to the in-order part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent from a worker process",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types"
)]
pub trait PortableValue: Portable {}

#[diagnostic::do_not_recommend]
impl<T: Portable> PortableValue for T {}

/// See `ProcessCross`; of what crosses here the parallel part keeps a copy.
pub fn process_cross_copy<K, T: ProcessCross<K> + CrossCopy>(kind: K, _: PhantomData<T>) -> K {
    kind
}

/// What a task in another process may be given: called as a bound of `submit` and `map`, for the sake of the message.
#[diagnostic::on_unimplemented(
    message = "[C063] `{Self}` cannot be an argument of a task in another process: it must be `Serialize` and `DeserializeOwned`",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; take what it is made from instead of a handle (a path for a file)"
)]
pub trait ProcessArgument: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> ProcessArgument for T {}

/// What a task in another process may return.
#[diagnostic::on_unimplemented(
    message = "[C063] `{Self}` cannot be the result of a task in another process: it must be `Serialize` and `DeserializeOwned`, `Send` and `'static`",
    label = "not `Serialize + DeserializeOwned`",
    note = "help: `#[derive(serde::Serialize, serde::Deserialize)]` on your own types; return an error's text instead of a `Box<dyn Error>`"
)]
pub trait ProcessOutput: Serialize + DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> ProcessOutput for T {}
