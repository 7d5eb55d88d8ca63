//! What every pool offers, and what is built on that: calling with arguments, and mapping.

mod call;
mod launch;
mod feed;
mod map;
mod unordered;

pub use call::Call;
pub(crate) use feed::{ChunkResults, Feed};
pub(crate) use launch::{Inline, Launch};
pub use map::Map;
pub use unordered::Unordered;
