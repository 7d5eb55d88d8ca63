//! Everything that is said to the user.

pub(crate) mod catalog;
mod sink;

pub(crate) use sink::Sink;
