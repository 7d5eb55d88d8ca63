//! What was rewritten, as it was.

use super::recognise::is_variable;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Stmt};

/// The statements that were rewritten, as they were.
#[derive(Default)]
pub(crate) struct Originals(Vec<Original>);

struct Original {
    partial: Ident,
    start: (usize, usize),
    expr: Expr,
}

impl Originals {
    /// `expr` is going to be calls on `partial`.
    pub(super) fn keep(&mut self, partial: Ident, expr: &Expr) {
        self.0.push(Original { partial, start: start(expr), expr: expr.clone() });
    }

    /// `code` as it was written.
    pub(crate) fn restore<T: Clone>(&self, code: &T, visit: impl FnOnce(&mut Restorer<'_>, &mut T)) -> T {
        let mut code = code.clone();
        visit(&mut Restorer(&self.0), &mut code);
        code
    }
}

/// Puts originals in the place of calls on partial results. The closures of these stand where the original stood.
pub(crate) struct Restorer<'a>(&'a [Original]);

impl Restorer<'_> {
    fn original(&self, expr: &Expr) -> Option<&Original> {
        let of_block = |block: &syn::Block| match block.stmts.as_slice() {
            [Stmt::Expr(call, _), ..] => self.original(call).map(|original| (original, block.stmts.len())),
            _ => None,
        };
        match expr {
            Expr::MethodCall(call) => {
                let at = start(call.args.get(1)?);
                self.0
                    .iter()
                    .find(|original| is_variable(&call.receiver, &original.partial).is_some() && original.start == at)
            }
            // Several elements, one call each.
            Expr::Block(inner) => {
                let (original, n) = of_block(&inner.block)?;
                let is_of_it = |stmt: &Stmt| match stmt {
                    Stmt::Expr(call, _) => self.original(call).is_some_and(|other| std::ptr::eq(other, original)),
                    _ => false,
                };
                (n > 1 && inner.block.stmts.iter().all(is_of_it)).then_some(original)
            }
            Expr::If(branch) => {
                let Expr::MethodCall(call) = &*branch.cond else { return None };
                let (original, _) = of_block(&branch.then_branch)?;
                (call.method == "is_open" && is_variable(&call.receiver, &original.partial).is_some())
                    .then_some(original)
            }
            _ => None,
        }
    }
}

impl VisitMut for Restorer<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(original) = self.original(expr) {
            *expr = original.expr.clone();
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

fn start(code: &impl Spanned) -> (usize, usize) {
    let start = code.span().start();
    (start.line, start.column)
}
