//! From what was written to what it means.

pub(crate) mod known;
pub(crate) mod patterns;
pub(crate) mod tokens;
pub(crate) mod returning;
pub(crate) mod uses;
pub(crate) mod types;
pub(crate) mod scope;
pub(crate) mod kinds;
pub(crate) mod carried;
pub(crate) mod hoist;
pub(crate) mod leaving;
pub(crate) mod split;
pub(crate) mod stored;
pub(crate) mod reduce;
pub(crate) mod loops;
pub(crate) mod tasks;
