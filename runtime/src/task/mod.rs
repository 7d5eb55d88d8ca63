//! What surrounds one run of user code: the thread it runs on, and how it ended.

pub(crate) mod context;
mod blocking;
pub(crate) mod outcome;
mod panic_place;

pub use blocking::blocking;
