//! Every message, with its code. Lower case, no full stop; what is wrong, and what to do.
//!
//! Codes are stable names: `docs/errors.md` has a section for each, and a test in `ui-tests/fail` too.

mod options;
mod place;
mod loops;
mod functions;
mod reductions;

pub(crate) use functions::*;
pub(crate) use loops::*;
pub(crate) use options::*;
pub(crate) use place::*;
pub(crate) use reductions::*;
