//! How a loop runs, in words: what `explain` says.

mod variables;
mod effects;
mod report;

pub(crate) use report::text;
