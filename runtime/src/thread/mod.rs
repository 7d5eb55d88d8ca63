//! Running on threads of this process.

mod stack;
mod watchdog;
mod queue;
pub(crate) mod pool;
pub(crate) mod crew;
mod placement;
mod lease;
pub(crate) mod part;
pub(crate) mod limits;
mod loop_core;
pub(crate) mod scoped_loop;
