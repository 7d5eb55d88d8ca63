//! Where the results of a loop go.

use crate::names;
use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Stmt};

/// A place that a loop pushes to, where it does nothing but that in order.
pub(crate) struct Stored {
    /// What the parallel part pushes to instead.
    pub(crate) chunk: Ident,
    /// The place, as each statement names it: of two that a macro writes, one may mean another variable of the same name.
    pub(crate) mentions: Vec<Expr>,
    /// The place is a variable that holds an exclusive reference.
    pub(crate) is_reference: bool,
    /// `push`, or what has the same effect, as it was written.
    pub(crate) method: Ident,
    /// One `push` is all that the loop does with the place.
    pub(crate) is_one_push: bool,
    /// Each iteration that comes to its end pushes once, and nobody but the loop can touch the place before it is over.
    pub(crate) is_one_each: bool,
}

impl Stored {
    pub(crate) fn place(&self) -> &Expr {
        &self.mentions[0]
    }
}

/// A statement of the parallel part, as it was written.
pub(crate) fn as_written(stmt: &Stmt, stored: &[Stored]) -> Stmt {
    struct Restorer<'a>(&'a [Stored]);
    impl VisitMut for Restorer<'_> {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            match self.0.iter().find(|stored| names::is_variable(expr, &stored.chunk)) {
                Some(stored) => *expr = stored.place().clone(),
                None => visit_mut::visit_expr_mut(self, expr),
            }
        }
    }
    let mut stmt = stmt.clone();
    Restorer(stored).visit_stmt_mut(&mut stmt);
    stmt
}
