//! Where the results of a loop go.

use crate::names;
use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Stmt};

/// The one place that a loop pushes to, and does nothing else in order.
pub(crate) struct Stored {
    pub(crate) place: Expr,
    /// `place` is a variable that holds an exclusive reference.
    pub(crate) is_reference: bool,
    /// `push`, or what has the same effect, as it was written.
    pub(crate) method: Ident,
    /// Each iteration that comes to its end pushes once.
    pub(crate) is_one_each: bool,
}

impl Stored {
    /// A statement of the parallel part, as it was written.
    pub(crate) fn as_written(&self, stmt: &Stmt) -> Stmt {
        struct Restorer<'a>(&'a Expr);
        impl VisitMut for Restorer<'_> {
            fn visit_expr_mut(&mut self, expr: &mut Expr) {
                if names::is_chunk(expr) {
                    *expr = self.0.clone();
                } else {
                    visit_mut::visit_expr_mut(self, expr);
                }
            }
        }
        let mut stmt = stmt.clone();
        Restorer(&self.place).visit_stmt_mut(&mut stmt);
        stmt
    }
}
