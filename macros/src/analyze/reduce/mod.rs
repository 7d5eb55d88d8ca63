//! Reductions: which statements of a loop's body change a variable of `reduce(..)`, and whether that can be done a chunk at
//! a time.
//!
//! Each such statement becomes a call on the chunk's partial result, which belongs to the chunk alone. So the split finds
//! nothing carried in it, and it runs where its operand does. A variable whose statements cannot all run there is folded in
//! order after all, which gives the plain result.

mod fault;
mod recognise;
mod originals;
mod rewriter;
mod outcome;

pub(crate) use fault::{Fault, Wrong};
pub(crate) use originals::Originals;
pub(crate) use outcome::{Outcome, split};
