//! From tokens to what was written.

pub(crate) mod args;
pub(crate) mod item;
pub(crate) mod marks;
