//! All that generated code may call, and nothing else. Not part of the public interface: it changes at will.

/// The options that are numbers, of a builder that has them as fields.
macro_rules! counted_options {
    ($($option:ident: $field:ident)*) => {$(
        #[doc = concat!("`", stringify!($option), " = n`")]
        ///
        /// # Panics
        ///
        /// If `n` is 0.
        #[track_caller]
        pub fn $option(mut self, n: usize) -> Self {
            assert!(n >= 1, concat!("`", stringify!($option), "` must be at least 1, but is 0"));
            self.$field = Some(n);
            self
        }
    )*};
}

mod course;
mod flow;
mod probe;
mod residual;
mod loops;
mod reduce;
mod store;
mod tasks;
#[cfg(unix)]
mod travels;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod shipping;

pub use crate::schedule::site::Site;
#[cfg(unix)]
pub use crate::ship::crossing::Crossing;
#[cfg(unix)]
pub use crate::ship::part::{Arrived, Body, Captures, MakeBody, Maker};
#[cfg(unix)]
pub use crate::ship::travel::Stuck;
pub use course::{Course, Next, Running, Team};
pub use flow::{Branch, Ended, Flow, Landing, Never, Or, Through, branch, list, segment, segment_unless};
pub use loops::{Capture, Cross, CrossCopy, Item, LoopOptions, capture, cross, cross_copy, items};
pub use probe::{
    AnySource, AnyTrace, BorrowedSecond, BorrowedSource, ByPulling, BySplitting, ItemsMayBeLeft, MutFirst, MutItem,
    Probe, SourceMayBeLeft, SplittableSource, items_may_be_left, source_may_be_left,
};
#[cfg(unix)]
pub use processes::{
    Answer, AnswerWithError, AnyAnswer, PortableValue, ProcessArgument, ProcessCapture, ProcessCross, ProcessItem,
    ProcessOptions, ProcessOutput, ProcessPlan, map_process, panic_with, process_capture, process_cross,
    process_cross_copy, process_cross_owned, process_items, process_part, submit_process,
};
pub use reduce::{And, Chunk, First, Only, Ordered, Partial, Types, and_steps, look_at, only_partials, partial};
pub use residual::{BoundToItsThread, Residual, Sendable, Sends, Shipped, Ships, Stays, ship};
#[cfg(unix)]
pub use shipping::Packed;
pub use store::{AnyPlace, ByPushing, InVector, Store, Stored, Stores, VectorPlace, is_one_place};
pub use tasks::{Argument, Beside, Is, Output, TaskOptions, Type, map_task, submit_task};
#[cfg(unix)]
pub use travels::{
    HasNoState, HasState, StaysBorrowed, StaysHere, StaysOne, TravelsAsItself, TravelsAsPair, TravelsAsReference,
    TravelsAsReferences, TravelsWithBorrows,
};

/// Checks two sizes that are only known at run time.
#[inline]
#[track_caller]
fn check_sizes(chunk_size: Option<usize>, buffer_size: Option<usize>) {
    if let (Some(chunk), Some(buffer)) = (chunk_size, buffer_size) {
        assert!(buffer >= chunk, "`buffersize` must be at least `chunksize`, but is {buffer} with `chunksize` {chunk}");
    }
}
