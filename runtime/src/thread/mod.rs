//! Running on threads of this process.

mod stack;
mod watchdog;
mod queue;
pub(crate) mod pool;
pub(crate) mod crew;
mod placement;
mod lease;
pub(crate) mod loop_core;
pub(crate) mod scoped_loop;
