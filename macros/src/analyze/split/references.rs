//! Variables that are surely references, since they are used as only references can be.

use crate::analyze::uses;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Stmt};

/// The names of variables that are handed to functions of the standard library which take references.
pub(super) fn names(body: &Block) -> Vec<String> {
    let mut references = References(Vec::new());
    references.visit_block(body);
    references.0
}

/// Whether a value that is a reference may refer to what the arguments of a call refer to: `first_word(&line)`.
pub(super) fn may_refer_to_arguments(value: &Expr) -> bool {
    match value {
        Expr::Call(call) => call.args.iter().any(|arg| matches!(arg, Expr::Reference(_))),
        Expr::Try(inner) => may_refer_to_arguments(&inner.expr),
        Expr::Paren(inner) => may_refer_to_arguments(&inner.expr),
        Expr::MethodCall(call) => may_refer_to_arguments(&call.receiver) || uses::place(&call.receiver).is_some(),
        _ => false,
    }
}

/// Whether a pattern anywhere in a statement binds one of these names.
pub(super) fn are_bound_in(stmt: &Stmt, names: &[String]) -> bool {
    struct Finder<'a>(&'a [String], bool);
    impl Visit<'_> for Finder<'_> {
        fn visit_pat_ident(&mut self, pat: &syn::PatIdent) {
            self.1 |= self.0.iter().any(|name| pat.ident == name);
        }
    }
    let mut finder = Finder(names, false);
    if !names.is_empty() {
        finder.visit_stmt(stmt);
    }
    finder.1
}

struct References(Vec<String>);

impl Visit<'_> for References {
    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        let takes_references = ["push_str", "write_str", "write_all", "extend_from_slice", "contains_key"]
            .iter()
            .any(|name| call.method == name);
        if takes_references && let Some(Expr::Path(path)) = call.args.first() {
            self.0.extend(path.path.get_ident().map(ToString::to_string));
        }
        visit::visit_expr_method_call(self, call);
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}
