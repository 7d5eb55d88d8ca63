//! What can be told of a value's type from how it is written. A guess that is too bold is a compile error, never a wrong
//! result.

use super::known;
use super::scope::Locals;
use super::types;
use proc_macro2::Ident;
use syn::visit::Visit;
use syn::{Expr, ExprMethodCall, Local, Pat, PatIdent, ReturnType, Stmt};

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

/// Whether a statement makes `name` by a call whose result is of whatever type its use asks for.
pub(crate) fn is_inferred_later(stmt: &Stmt, name: &Ident) -> bool {
    let Stmt::Local(Local { pat: Pat::Ident(PatIdent { ident, .. }), init: Some(init), .. }) = stmt else {
        return false;
    };
    let openers = ["sum", "product", "collect", "into", "try_into", "parse", "unwrap_or_default"];
    let is_open =
        |call: &ExprMethodCall| openers.iter().any(|method| call.method == method) && call.turbofish.is_none();
    let mut made = &*init.expr;
    loop {
        made = match made {
            Expr::Try(inner) => &inner.expr,
            Expr::Paren(inner) => &inner.expr,
            Expr::MethodCall(call) if known::passes_on(&call.method.to_string()) && !is_open(call) => &call.receiver,
            _ => break,
        };
    }
    let Expr::MethodCall(call) = made else { return false };
    ident == name && is_open(call)
}
