//! Rules that need two facts: they refuse, and change nothing.

pub(crate) mod function;
pub(crate) mod loops;
pub(crate) mod options;
pub(crate) mod reduce;
