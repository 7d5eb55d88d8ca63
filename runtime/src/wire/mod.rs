//! What travels between a pool and its workers: frames on a socket, long runs of bytes beside them, and one shared page.
//! Pure but for the atomics of the page: no processes, no sockets.

pub(crate) mod extents;
pub(crate) mod fields;
pub(crate) mod frame;
pub(crate) mod hello;
pub(crate) mod message;
pub(crate) mod cpu;
pub(crate) mod page;
pub(crate) mod report;
#[cfg(test)]
mod hostile;
