//! What surrounds one run of user code: the thread it runs on, and how it ended.

pub(crate) mod context;
mod blocking;
mod stopping;
pub(crate) mod outcome;
mod panic_place;

pub use blocking::blocking;
pub use stopping::is_cancelled;
