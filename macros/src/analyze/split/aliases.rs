//! Variables of an iteration that may be known by another name too: an effect on one of them is seen through the other.

use crate::analyze::{known, patterns, uses};
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprPath, Local};

/// The names of variables that are borrowed or cloned into others, or captured by closures, and of those others.
pub(super) fn names(body: &Block) -> Vec<String> {
    let mut aliases = Aliases(Vec::new());
    aliases.visit_block(body);
    aliases.0
}

/// How a value is come by that may have been there before, rather than be made.
pub(super) enum Found {
    /// `registry()`: any function can reach what is global.
    ByFunction,
    /// `x.account()?`, `&x.account`: by way of what is named there.
    ByValue,
}

/// How `value` is found, if it may be.
pub(super) fn found_by(value: &Expr) -> Option<Found> {
    match value {
        Expr::Reference(_) | Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => Some(Found::ByValue),
        Expr::Paren(inner) => found_by(&inner.expr),
        Expr::Try(inner) => found_by(&inner.expr),
        Expr::MethodCall(call) if known::passes_on(&call.method.to_string()) => found_by(&call.receiver),
        Expr::MethodCall(call) => (call.method != "clone").then_some(Found::ByValue),
        Expr::Call(call) => {
            let is_associated = matches!(&*call.func, Expr::Path(path) if is_of_type(path));
            (!is_associated).then_some(Found::ByFunction)
        }
        _ => None,
    }
}

/// `Arc::clone`, `Logger::new`
fn is_of_type(path: &ExprPath) -> bool {
    path.path.segments.iter().any(|part| part.ident.to_string().starts_with(char::is_uppercase))
}

struct Aliases(Vec<String>);

impl Visit<'_> for Aliases {
    fn visit_local(&mut self, local: &Local) {
        if let Some(init) = &local.init
            && may_be_another_name(&init.expr)
        {
            self.0.extend(patterns::bound_names(&local.pat).into_iter().map(|(name, _)| name.to_string()));
            self.0.extend(uses::of_expr(&init.expr, None).uses.into_iter().map(|used| used.place.name));
        }
        visit::visit_local(self, local);
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}

/// `&x`, `Arc::clone(&x)`, `x.clone()`, `Logger::new(&x)`, `|y| x.set(y)`, and what is built of these.
fn may_be_another_name(value: &Expr) -> bool {
    match value {
        Expr::Reference(_) | Expr::Closure(_) => true,
        Expr::MethodCall(call) => call.method == "clone" || may_be_another_name(&call.receiver),
        Expr::Call(call) => {
            let is_associated = matches!(&*call.func, Expr::Path(path) if is_of_type(path));
            is_associated && call.args.iter().any(may_be_another_name)
        }
        Expr::Tuple(tuple) => tuple.elems.iter().any(may_be_another_name),
        Expr::Array(array) => array.elems.iter().any(may_be_another_name),
        Expr::Struct(parts) => parts.fields.iter().any(|part| may_be_another_name(&part.expr)),
        Expr::Paren(inner) => may_be_another_name(&inner.expr),
        Expr::Try(inner) => may_be_another_name(&inner.expr),
        _ => false,
    }
}
