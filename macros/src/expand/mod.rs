//! From plans to tokens. Nothing fails here.

pub(crate) mod exits;
pub(crate) mod fallback;
mod warnings;
mod release;
mod parts;
mod processes;
pub(crate) mod loops;
pub(crate) mod options;
mod reduce;
mod store;
mod gather;
pub(crate) mod tasks;
