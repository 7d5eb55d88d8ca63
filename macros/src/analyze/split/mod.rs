//! The split: which statement of a loop's body runs in parallel, which in order, and what crosses.
//!
//! The statements are judged from the first to the last. A statement is in order when it
//!
//! 1. uses something that the loop carries, or a variable which an in-order statement made;
//! 2. has an effect whose order can be observed;
//! 3. moves or changes a variable which an in-order statement before it reads (the parallel part of an
//!    iteration runs ahead of its in-order part);
//! 4. may leave the iteration through a macro, or stands behind an in-order statement that may.
//!
//! Everything else is parallel. Where only a part of a statement has to be in order, it is taken apart: its branches, or
//! the body of an inner loop, are split in their turn ([`descent`]). What another in-order statement needs not do itself
//! is taken out of it ([`taking_out`], by the rules of [`hoist`](super::hoist)).

mod reason;
mod report;
mod variables;
mod aliases;
mod references;
mod crossing;
mod shape;
mod splitter;
mod account;
mod taking_out;
mod descent;
mod verdict;

pub(crate) use reason::{Reason, Why};
pub(crate) use report::{Fate, Line};
pub(crate) use verdict::{Verdict, split};
