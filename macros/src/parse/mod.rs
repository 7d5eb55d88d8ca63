//! From tokens to what was written.

mod reductions;
pub(crate) mod args;
pub(crate) mod item;
pub(crate) mod place;
pub(crate) mod marks;
