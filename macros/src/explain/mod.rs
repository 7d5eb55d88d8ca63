//! How a loop or a task runs, in words: what `explain` says.

mod words;
mod variables;
mod effects;
mod report;
mod task;

pub(crate) use report::text as of_loop;
pub(crate) use task::text as of_task;
