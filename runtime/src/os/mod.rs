//! The operating system, and nothing that knows what we do with it. The only place that calls it.

pub(crate) mod clock;
pub(crate) mod cpu;
pub(crate) mod image;
mod mapping;
pub(crate) mod memory;
pub(crate) mod memory_file;
pub(crate) mod run_file;
pub(crate) mod socket;
pub(crate) mod bell;
pub(crate) mod watch;
pub(crate) mod spawn;
pub(crate) mod startup;
