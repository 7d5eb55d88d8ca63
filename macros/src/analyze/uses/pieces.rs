//! The facts about statements, expressions and bodies.

use super::facts::{Access, Facts, Use};
use super::walk::Walk;
use crate::analyze::patterns;
use proc_macro2::Span;
use syn::visit::Visit;
use syn::{Block, Expr, Label, Pat, Stmt};

/// The facts about one statement of the loop with that label.
pub(crate) fn of_stmt(stmt: &Stmt, label: Option<&Label>) -> Facts {
    collect(label, |walk| walk.visit_stmt(stmt))
}

/// The facts about one expression of the loop with that label.
pub(crate) fn of_expr(expr: &Expr, label: Option<&Label>) -> Facts {
    collect(label, |walk| walk.visit_expr(expr))
}

/// The facts about a block of the loop with that label.
pub(crate) fn of_block(block: &Block, label: Option<&Label>) -> Facts {
    collect(label, |walk| walk.visit_block(block))
}

/// The facts about a loop's body, in which `pat` is bound.
pub(crate) fn of_body(pat: &Pat, body: &Block, label: Option<&Label>) -> Facts {
    collect(label, |walk| {
        walk.scopes.push(Vec::new());
        walk.bind(pat);
        walk.visit_block(body);
    })
}

/// Whether a body, in which `pat` is bound, uses or binds a variable of that name.
pub(crate) fn names(pat: &Pat, body: &Block, name: &str) -> bool {
    let facts = of_body(pat, body, None);
    facts.uses.iter().any(|used| used.place.name == name) || facts.inner_names.iter().any(|bound| bound == name)
}

/// The first place where a body changes what is behind a variable of the pattern which is not declared `mut`: the
/// items are exclusive references.
pub(crate) fn changes_items(pat: &Pat, body: &Block, label: Option<&Label>) -> Option<Span> {
    let facts = collect(label, |walk| walk.visit_block(body));
    let names = patterns::bound_names(pat);
    let is_item = |used: &&Use| {
        let changes = matches!(used.access, Access::Mutate(_));
        changes && names.iter().any(|(name, is_mut)| !is_mut && *name == used.place.name.as_str())
    };
    facts.uses.iter().find(is_item).map(|used| used.span)
}

fn collect(label: Option<&Label>, visit: impl FnOnce(&mut Walk)) -> Facts {
    let mut walk = Walk {
        facts: Facts::default(),
        scopes: vec![Vec::new()],
        targets: Vec::new(),
        own_label: label.map(|label| label.name.ident.to_string()),
        functions: 0,
    };
    visit(&mut walk);
    walk.facts
}
