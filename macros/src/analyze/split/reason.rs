//! Why a statement is in order.

use crate::analyze::carried::Carried;
use proc_macro2::Span;

/// Why a statement is in order.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    /// The first token of the statement that says so.
    pub(crate) span: Span,
    pub(crate) why: Why,
}

#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// What is carried, and whether this statement reads it.
    Carried(Carried, bool),
    Conditional,
    Borrows,
    MadeInOrder(String),
    ChangedLater(String),
    Effect(String),
    MayExit(String),
    BehindExit,
    NotInitialized,
    /// It moves a variable from around the loop, which only one iteration can: the one that leaves the loop.
    Moves(String),
    /// `#[concurrent(ordered)]`
    Marked,
}

impl Why {
    /// Whether it may be a part of the statement only that has to be in order.
    pub(super) fn may_be_partial(&self) -> bool {
        match self {
            Self::Carried(..)
            | Self::MadeInOrder(_)
            | Self::ChangedLater(_)
            | Self::Effect(_)
            | Self::MayExit(_)
            | Self::Moves(_)
            | Self::Marked => true,
            Self::Conditional | Self::Borrows | Self::BehindExit | Self::NotInitialized => false,
        }
    }
}
