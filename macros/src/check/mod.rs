//! Rules that need two facts: they refuse, and change nothing.

pub(crate) mod function;
pub(crate) mod loops;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod reduce;
pub(crate) mod refusal;
