//! Variables and fields, as expressions name them.

use proc_macro2::Span;
use syn::{Expr, Member, UnOp};

/// A variable, or a field of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) fields: Vec<String>,
}

impl Place {
    /// Whether one of the two is part of the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let shared = self.fields.len().min(other.fields.len());
        self.name == other.name && self.fields[..shared] == other.fields[..shared]
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.name)?;
        self.fields.iter().try_for_each(|field| write!(f, ".{field}"))
    }
}

/// The variable or field that `expr` is, through parentheses, dereferences and indices.
pub(crate) fn place(expr: &Expr) -> Option<(Place, Span)> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => {
            let name = path.path.get_ident()?;
            Some((Place { name: name.to_string(), fields: Vec::new() }, name.span()))
        }
        Expr::Field(field) => {
            let (mut base, span) = place(&field.base)?;
            // Behind an index or a dereference, a field stands for its base.
            if is_plain(&field.base) {
                base.fields.push(match &field.member {
                    Member::Named(name) => name.to_string(),
                    Member::Unnamed(index) => index.index.to_string(),
                });
            }
            Some((base, span))
        }
        Expr::Paren(inner) => place(&inner.expr),
        Expr::Group(inner) => place(&inner.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => place(&unary.expr),
        Expr::Index(index) => place(&index.expr),
        _ => None,
    }
}

/// `module::STATIC`, named like a constant.
pub(super) fn is_static(path: &syn::ExprPath) -> bool {
    path.path.segments.len() > 1 && path.path.segments.last().is_some_and(|last| is_upper_case(&last.ident.to_string()))
}

/// Whether a name is written like that of a static or a constant.
pub(crate) fn is_upper_case(name: &str) -> bool {
    name.len() > 1 && !name.contains(|c: char| c.is_lowercase())
}

fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Field(field) => is_plain(&field.base),
        Expr::Paren(inner) => is_plain(&inner.expr),
        Expr::Group(inner) => is_plain(&inner.expr),
        _ => false,
    }
}

/// The variable at the root of a chain of methods, fields and indices.
pub(crate) fn root(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        Expr::MethodCall(call) => root(&call.receiver),
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Try(inner) => root(&inner.expr),
        Expr::Paren(inner) => root(&inner.expr),
        Expr::Group(inner) => root(&inner.expr),
        Expr::Reference(inner) => root(&inner.expr),
        Expr::Unary(inner) => root(&inner.expr),
        _ => None,
    }
}
