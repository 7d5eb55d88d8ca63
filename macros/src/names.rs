//! The names of generated variables and types. They are hygienic (`mixed_site`): user code can neither
//! see nor shadow them.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::Expr;

/// A generated local.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// A generated local for whose errors the code at `span` is to blame.
pub(crate) fn local_at(name: &str, span: Span) -> Ident {
    Ident::new(&format!("__{name}"), at(span))
}

/// What is taken out of an in-order statement of loop number `plan`. It counts as written by the user, since a panic in
/// `total += …` is located by its operands, and would be shown at the attribute if one of them came from a macro.
pub(crate) fn hoisted(plan: usize, number: usize, span: Span) -> Ident {
    match plan {
        0 => format_ident!("__h{number}", span = span),
        plan => format_ident!("__h{plan}_{number}", span = span),
    }
}

/// What a chunk collects for the place with that number, as it is named at `span`.
pub(crate) fn collected(number: usize, span: Span) -> Ident {
    format_ident!("{COLLECTED}{number}", span = at(span))
}

/// Whether an expression is a call by which a chunk collects something.
pub(crate) fn is_collected(expr: &Expr) -> bool {
    let Expr::MethodCall(call) = expr else { return false };
    let Expr::Path(receiver) = &*call.receiver else { return false };
    receiver.path.get_ident().is_some_and(|name| name.to_string().starts_with(COLLECTED))
}

const COLLECTED: &str = "__collected";

/// Whether an expression is that variable.
pub(crate) fn is_variable(expr: &Expr, name: &Ident) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(name))
}

/// A generated local with a number.
pub(crate) fn numbered(name: &str, number: usize) -> Ident {
    format_ident!("__{name}{number}", span = Span::mixed_site())
}

/// A name as the user wrote it, raw or not.
pub(crate) fn written(name: &str, span: Span) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(name, span),
    }
}

/// Generated code that errors should be shown at `span` for.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The helper attribute that ties a loop in the syntax tree to its plan; never printed.
pub(crate) const PLANNED: &str = "__concurrent_plan";

/// The helper attribute that says which part a statement belongs to; never printed.
pub(crate) const PART: &str = "__concurrent_part";
