//! What a piece of code uses from outside itself, and how it may be left.

mod places;
mod facts;
mod walk;
mod macros;
mod pieces;
#[cfg(test)]
mod tests;

pub(crate) use facts::{Access, Effect, ExitKind, Facts, Use};
pub(crate) use macros::WRITTEN_TO;
pub(crate) use pieces::{changes_items, names, of_block, of_body, of_expr, of_stmt};
pub(crate) use places::{Place, is_upper_case, place};
pub(crate) use walk::{ENDING_THE_PROCESS, is_compound};
