//! Values as bytes, for the way between processes of the same executable: pure, without threads or processes.
//!
//! Both ends are the same build. So the bytes carry no version and no types: a reader knows what comes next from its
//! own type alone. Numbers have their full width in the machine's own byte order, which makes a vector of numbers,
//! element by element, the very bytes that it has in memory: [`numbers`] copies those at once, and what it does not
//! recognise (other collections, other visitors) reads and writes the same bytes one element at a time.
//!
//! | written | bytes |
//! |---|---|
//! | message | 1: `0` or `1`, whether structs are *named*; then the value, and nothing after it |
//! | integer, float | its width |
//! | `bool` | 1: `0` or `1` |
//! | `char` | 4: its code |
//! | string, bytes | 8: length; then as they are |
//! | the same, or a vector of numbers, as a *long run* | 8: length, with the highest bit set; 8: its place beside the message; 8: how many bytes |
//! | `Option` | 1: `0`, or `1` and then the value |
//! | unit, unit struct | none |
//! | newtype struct | the value |
//! | tuple, array | the elements |
//! | sequence, map | 8: how many; then the elements, or each key and its value |
//! | tuple struct, struct | 2: how many fields took any bytes (a check); then the fields |
//! | struct, if named | 2: how many fields; then of each its name, a string, and its value |
//! | variant of an enum | its name, a string; then as the struct of that shape, or the value of a newtype variant |
//!
//! Messages are named only if one of their structs left out a field (`skip_serializing_if`): then the position of a
//! field no longer tells which one it is. Variants are always named, because serde counts those that a reader skips
//! when it writes, but not when it reads.
//!
//! What is long may lie beside the message, see [`wire::message`](crate::wire::message): its writer decides, run by run,
//! and a reader takes both.
//!
//! What comes from a worker that went mad must not harm its reader. So lengths are checked against the bytes that
//! remain, those of long runs against the memory that the other process spent on them, and [`limits`] bounds what no byte
//! pays for.

mod fault;
mod limits;
mod input;
mod runs;
mod numbers;
mod encode;
mod decode;
#[cfg(test)]
mod tests;

pub(crate) mod travel;
pub(crate) mod borrows;
pub(crate) mod crossing;
pub(crate) mod entry;
pub(crate) mod function;
pub(crate) mod part;

pub(crate) use self::{decode::decode, encode::encode};
