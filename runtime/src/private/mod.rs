//! All that generated code may call, and nothing else. Not part of the public interface: it changes at will.

mod flow;
mod probe;
mod residual;
mod loops;
mod reduce;
mod tasks;

pub use crate::schedule::site::Site;
pub use flow::{Branch, Flow, Landing, Never, Or, Through, branch, segment};
pub use loops::{
    Capture, Cross, CrossCopy, Item, LoopOptions, Part, Plan, Team, capture, cross, cross_copy, items, part,
};
pub use probe::{
    AnySource, AnyTrace, BorrowedSecond, BorrowedSource, ByPulling, BySplitting, ItemsMayBeLeft, MutFirst, MutItem,
    Prepared, Probe, SourceMayBeLeft, SplittableSource, items_may_be_left, source_may_be_left,
};
pub use reduce::{
    And, Chunk, First, Only, Ordered, Partial, Reduced, ReducingSteps, Types, and_steps, look_at, only_partials,
    part_reducing, partial,
};
pub use residual::{BoundToItsThread, Residual, Sendable, Sends, Shipped, Ships, Stays, ship};
pub use tasks::{Argument, Output, TaskOptions, map_task, submit_task};

/// Checks a count that is only known at run time, before anything runs.
#[track_caller]
fn at_least_one(option: &str, n: usize) -> usize {
    assert!(n >= 1, "`{option}` must be at least 1, but is 0");
    n
}
