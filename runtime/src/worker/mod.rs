//! The far side: what this executable does when it was started as a worker of another process of the same executable.

mod answers;
mod runs;
mod serve;
mod start;

pub use start::init;
