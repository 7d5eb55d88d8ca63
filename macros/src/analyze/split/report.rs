//! What became of each statement, for those who want to know.

use super::reason::Reason;
use std::rc::Rc;
use syn::{Expr, Stmt};

/// What became of one statement.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) stmt: Rc<Stmt>,
    /// In how many statements that were taken apart it stands.
    pub(crate) depth: usize,
    pub(crate) fate: Fate,
}

#[derive(Clone)]
pub(crate) enum Fate {
    Parallel,
    /// In order, for this reason, but for the expressions that were taken out.
    InOrder(Reason, Rc<[Expr]>),
    /// A statement whose branches are split.
    Branches,
    /// An inner loop whose body is split.
    Loop,
}
