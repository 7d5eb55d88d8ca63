//! Plain data: what was asked for and what is going to be written.

pub(crate) mod warning;
pub(crate) mod reduction;
pub(crate) mod stored;
pub(crate) mod options;
pub(crate) mod left_plain;
pub(crate) mod loop_plan;
pub(crate) mod task_plan;
