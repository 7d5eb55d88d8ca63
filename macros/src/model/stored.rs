//! Where the results of a loop go.

use super::loop_plan::Split;
use proc_macro2::Ident;
use syn::Expr;

/// `place.push(value)` is all that a loop does in order.
pub(crate) struct Stored {
    /// The variable of the parallel part.
    pub(crate) value: Ident,
    pub(crate) place: Expr,
    /// `place` is a variable that holds an exclusive reference.
    pub(crate) is_reference: bool,
    /// `push`, as it was written.
    pub(crate) method: Ident,
}

impl Stored {
    /// What is stored by the parallel part does not cross, and leaves nothing to do in order.
    pub(crate) fn leave_out(&self, split: &mut Split) {
        split.turns.truncate(1);
        split.segments.iter_mut().for_each(|segment| segment.crossing.clear());
    }
}
