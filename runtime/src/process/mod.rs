//! The near side of worker processes: starting them, giving them work, and noticing their ends. See README.md here.

mod arguments;
mod batch;
mod child;
mod outbox;
mod line;
mod spare;
mod state;
mod hearing;
mod lead;
mod supervisor;
mod core;
mod collect;
mod pool;

pub(crate) use batch::{Callee, Limits, Part};
pub use pool::{ProcessPool, ProcessPoolBuilder};
