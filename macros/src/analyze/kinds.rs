//! What can be told of a value's type from how it is written. A guess that is too bold is a compile error, never a wrong
//! result.

use super::hoist;
use super::known;
use super::patterns;
use super::scope::Locals;
use super::types;
use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAssign, ExprMethodCall, Pat, ReturnType, Stmt};

/// Whether everything that `pat` binds of an item of `source` is surely `Copy`.
pub(super) fn items_are_copied(source: &Expr, pat: &Pat, locals: &Locals) -> bool {
    match source {
        Expr::Path(path) => path
            .path
            .get_ident()
            .and_then(|name| locals.get(&name.to_string()))
            .is_some_and(|declared| declared.gives_shared_references),
        Expr::Range(range) => matches!(pat, Pat::Ident(_)) && range.start.is_some(),
        Expr::Paren(inner) => items_are_copied(&inner.expr, pat, locals),
        Expr::Reference(reference) => reference.mutability.is_none(),
        Expr::MethodCall(call) if call.args.is_empty() => match call.method.to_string().as_str() {
            "iter" | "chars" | "bytes" | "char_indices" | "keys" | "values" => true,
            "rev" => items_are_copied(&call.receiver, pat, locals),
            "enumerate" => match pat {
                Pat::Tuple(tuple) => {
                    tuple.elems.last().is_some_and(|item| items_are_copied(&call.receiver, item, locals))
                }
                _ => false,
            },
            _ => false,
        },
        Expr::MethodCall(call) => call.method == "windows" || call.method == "chunks",
        _ => false,
    }
}

/// Whether the items of `source` are shared references, as far as can be seen.
pub(super) fn items_are_shared(source: &Expr, pat: &Pat, locals: &Locals) -> bool {
    fn are_values(source: &Expr) -> bool {
        match source {
            Expr::Range(_) => true,
            Expr::Paren(inner) => are_values(&inner.expr),
            Expr::MethodCall(call) => {
                ["chars", "bytes", "char_indices"].iter().any(|name| call.method == name) || are_values(&call.receiver)
            }
            _ => false,
        }
    }
    items_are_copied(source, pat, locals) && !are_values(source) && !matches!(pat, Pat::Reference(_))
}

/// Whether the items of `source` are probably values of their own, rather than borrows from elsewhere.
pub(super) fn items_are_owned(source: &Expr, locals: &Locals) -> bool {
    match source {
        Expr::Path(path) => {
            let declared = path.path.get_ident().and_then(|name| locals.get(&name.to_string()));
            declared.is_some_and(|declared| declared.gives_owned_items)
        }
        Expr::MethodCall(call) if call.method == "enumerate" || call.method == "rev" => {
            items_are_owned(&call.receiver, locals)
        }
        Expr::MethodCall(call) if ["into_iter", "filter", "skip", "take"].iter().any(|name| call.method == name) => {
            items_are_owned(&call.receiver, locals)
        }
        Expr::MethodCall(call) if ["map", "map_while", "filter_map"].iter().any(|name| call.method == name) => {
            call.args.first().is_some_and(makes_value)
        }
        Expr::MethodCall(call) => {
            ["cloned", "drain", "to_vec", "to_owned", "clone", "collect"].iter().any(|name| call.method == name)
        }
        // Most functions make what they give; where it borrows, more is left in order than need be.
        Expr::Call(_) => true,
        Expr::Macro(mac) => mac.mac.path.is_ident("vec"),
        Expr::Paren(inner) => items_are_owned(&inner.expr, locals),
        _ => false,
    }
}

/// `Result::ok`, `|line| line.unwrap()`, `|name| name.to_string()`: whether a function gives values of their own, as far as
/// its name tells.
fn makes_value(function: &Expr) -> bool {
    let makes = |name: &Ident| {
        let makers = ["unwrap", "expect", "ok", "to_string", "to_owned", "into_owned", "clone", "to_vec", "collect"];
        makers.iter().any(|maker| name == maker)
    };
    match function {
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| makes(&last.ident)),
        Expr::Closure(closure) => match &*closure.body {
            Expr::MethodCall(call) => makes(&call.method),
            Expr::Macro(mac) => mac.mac.path.is_ident("format"),
            _ => false,
        },
        _ => false,
    }
}

/// `let x: u64 = …`, `let x: &str = …`
pub(super) fn is_copied_type(pat: &Pat) -> bool {
    matches!(pat, Pat::Type(typed) if types::is_copied(&typed.ty))
}

/// `v.iter_mut()`: each item is the iteration's own.
pub(super) fn is_iter_mut(source: &Expr) -> bool {
    match source {
        Expr::Reference(reference) => reference.mutability.is_some(),
        Expr::MethodCall(call) if call.method == "enumerate" => is_iter_mut(&call.receiver),
        Expr::MethodCall(call) => known::gives_mut(&call.method.to_string()),
        _ => false,
    }
}

/// Whether values of the return type are probably bound to their thread, so that the values of `return`s
/// have to be made on the caller.
pub(super) fn looks_unsendable(output: &ReturnType) -> bool {
    types::names_bound(&["Rc"], |finder| finder.visit_return_type(output))
}

/// Whether a value is of whatever type its use asks for, as far as its calls tell. `is_known_open` says so of variables.
pub(super) fn is_open(value: &Expr, is_known_open: &dyn Fn(&str) -> bool) -> bool {
    let is_last_open = |block: &Block| match block.stmts.last() {
        Some(Stmt::Expr(value, None)) => is_open(value, is_known_open),
        _ => false,
    };
    match value {
        Expr::Path(path) => path.path.get_ident().is_some_and(|name| is_known_open(&name.to_string())),
        Expr::MethodCall(call) if is_open_call(call) => true,
        Expr::MethodCall(call) if known::passes_on(&call.method.to_string()) => is_open(&call.receiver, is_known_open),
        Expr::Call(call) if hoist::is_constructor(&call.func) => {
            call.args.iter().any(|arg| is_open(arg, is_known_open))
        }
        Expr::Tuple(tuple) => tuple.elems.iter().any(|part| is_open(part, is_known_open)),
        Expr::Try(inner) => is_open(&inner.expr, is_known_open),
        Expr::Paren(inner) => is_open(&inner.expr, is_known_open),
        Expr::Block(inner) => is_last_open(&inner.block),
        Expr::If(branch) => {
            let otherwise = branch.else_branch.as_ref();
            is_last_open(&branch.then_branch) || otherwise.is_some_and(|(_, other)| is_open(other, is_known_open))
        }
        Expr::Match(choice) => choice.arms.iter().any(|arm| {
            let is_bound = |name: &str| patterns::bound_names(&arm.pat).iter().any(|(bound, _)| bound == name);
            is_open(&arm.body, &|name| {
                if is_bound(name) { is_open(&choice.expr, is_known_open) } else { is_known_open(name) }
            })
        }),
        _ => false,
    }
}

/// `text.parse()`, `n.try_into()`
fn is_open_call(call: &ExprMethodCall) -> bool {
    let openers = ["sum", "product", "collect", "into", "try_into", "parse", "unwrap_or_default"];
    openers.iter().any(|method| call.method == method) && call.turbofish.is_none()
}

/// Whether a call gives a result with an error of whatever type goes with the value that its use asks for.
pub(crate) fn has_open_error(call: &ExprMethodCall) -> bool {
    (call.method == "parse" || call.method == "try_into") && is_open_call(call)
}

/// The variables that statements put values of open types into.
pub(super) fn filled_openly(stmt: &Stmt, is_known_open: &dyn Fn(&str) -> bool) -> Vec<String> {
    struct Calls<'a>(&'a dyn Fn(&str) -> bool, Vec<String>);
    impl Visit<'_> for Calls<'_> {
        fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
            if let Expr::Path(filled) = &*call.receiver
                && known::is_mutator(&call.method.to_string(), call.args.len())
                && call.args.iter().any(|arg| is_open(arg, self.0))
            {
                self.1.extend(filled.path.get_ident().map(Ident::to_string));
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_expr_assign(&mut self, assign: &ExprAssign) {
            if let (Expr::Path(filled), true) = (&*assign.left, is_open(&assign.right, self.0)) {
                self.1.extend(filled.path.get_ident().map(Ident::to_string));
            }
            visit::visit_expr_assign(self, assign);
        }
    }
    let mut calls = Calls(is_known_open, Vec::new());
    calls.visit_stmt(stmt);
    calls.1
}
