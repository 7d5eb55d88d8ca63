//! What is wrong with a reduction.

use crate::model::reduction::{Operator, Reduction};
use proc_macro2::Span;

/// Why a variable cannot be reduced.
pub(crate) struct Fault {
    pub(crate) span: Span,
    pub(crate) name: String,
    pub(crate) operator: Operator,
    pub(crate) wrong: Wrong,
}

pub(crate) enum Wrong {
    /// It is not bound around the loop.
    NoLocal,
    /// The loop does not know it.
    NotChanged,
    /// A variable of the body has the same name.
    Hidden,
    /// It is used otherwise, in this way.
    Used(String),
    /// It is changed by another operation than that of the clause.
    Otherwise(String),
    /// It stands on the left in one statement and on the right in another.
    BothSides,
    /// Of equal values it keeps the first, and in another statement the last.
    OtherTies,
    /// The operand of `&&` or `||` may leave the loop.
    Exit,
}

impl Fault {
    pub(super) fn new(span: Span, reduction: &Reduction, wrong: Wrong) -> Self {
        Self { span, name: reduction.name.to_string(), operator: reduction.operator.clone(), wrong }
    }
}
