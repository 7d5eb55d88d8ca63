//! Code whose end control never reaches, and what it may move since no iteration follows.

use super::hoist;
use super::known;
use super::returning::{self, Returns};
use super::scope::Locals;
use super::tokens;
use super::types;
use super::uses::{self, Access, Place, Use};
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprForLoop, Label, Macro, Stmt};

/// Whether control never comes out of the end of `expr`.
pub(crate) fn leaves(expr: &Expr) -> bool {
    leaves_by(expr, &|_| true)
}

/// The same for a block.
pub(crate) fn ends_by_leaving(stmts: &[Stmt]) -> bool {
    ends_by(stmts, &|_| true)
}

/// `leads_away` says of a `break` or `continue` whether it counts.
fn leaves_by(expr: &Expr, leads_away: &dyn Fn(&Expr) -> bool) -> bool {
    match expr {
        Expr::Break(_) | Expr::Continue(_) => leads_away(expr),
        Expr::Return(_) => true,
        Expr::Macro(written) => always_leaves(&written.mac),
        Expr::Block(inner) => inner.label.is_none() && ends_by(&inner.block.stmts, leads_away),
        Expr::If(branch) => {
            let otherwise = branch.else_branch.as_ref();
            ends_by(&branch.then_branch.stmts, leads_away)
                && otherwise.is_some_and(|(_, expr)| leaves_by(expr, leads_away))
        }
        Expr::Match(choice) => {
            !choice.arms.is_empty() && choice.arms.iter().all(|arm| leaves_by(&arm.body, leads_away))
        }
        _ => false,
    }
}

fn ends_by(stmts: &[Stmt], leads_away: &dyn Fn(&Expr) -> bool) -> bool {
    let Some(last) = stmts.last().filter(|last| !hoist::is_conditional(last)) else { return false };
    match last {
        Stmt::Expr(expr, _) => leaves_by(expr, leads_away),
        Stmt::Macro(written) => always_leaves(&written.mac),
        Stmt::Local(_) | Stmt::Item(_) => false,
    }
}

fn always_leaves(mac: &Macro) -> bool {
    known::is_panic(&tokens::macro_name(mac)) || matches!(returning::of(mac), Some(Returns::Always))
}

/// The variables and fields from around the loop that may be moved: they are used by value where control leaves the loop
/// behind that, and only there, so that the plain loop may move them whatever their types are.
pub(crate) fn moved_last(written: &ExprForLoop, locals: &Locals) -> Vec<Place> {
    let by_value = |uses: Vec<Use>| uses.into_iter().filter(|used| may_take(&used.access));
    let body = uses::of_body(&written.pat, &written.body, written.label.as_ref());
    let source = uses::of_expr(&written.expr, None);
    let mut last = Last { own: written.label.as_ref(), is_inner: false, uses: Vec::new() };
    last.visit_block(&written.body);

    let n_uses = |place: &Place, uses: &[Use]| uses.iter().filter(|used| used.place == *place).count();
    // Each of the last uses is one of all.
    let all: Vec<Use> = by_value(body.uses).chain(by_value(source.uses)).collect();
    let last: Vec<Use> = by_value(last.uses).collect();
    let mut moved: Vec<Place> = Vec::new();
    for Use { place, .. } in &last {
        let is_last = n_uses(place, &all) == n_uses(place, &last);
        if is_last && !moved.contains(place) && may_be_moved(place, locals) {
            moved.push(place.clone());
        }
    }
    moved
}

/// Whether a use may move what it names.
pub(crate) fn takes(access: &Access) -> bool {
    match access {
        Access::Value => true,
        Access::Method(method, _) => method.starts_with("into"),
        _ => false,
    }
}

/// The same where no iteration follows: nothing is lost if it borrows.
pub(crate) fn may_take(access: &Access) -> bool {
    let is_last_word = |method: &str| ["finish", "build", "unwrap", "expect"].contains(&method);
    takes(access) || matches!(access, Access::Method(method, _) if is_last_word(method))
}

/// Whether a variable from around the loop, or a field of one, is not known to be `Copy`.
fn may_be_moved(place: &Place, locals: &Locals) -> bool {
    let Some(declared) = locals.get(&place.name).filter(|_| place.name != "self") else { return false };
    let is_borrowed = matches!(declared.ty, Some(syn::Type::Reference(_)));
    !declared.is_copied && !is_borrowed && !declared.ty.as_ref().is_some_and(types::is_copied)
}

/// Collects what is used where control leaves the loop behind that.
struct Last<'a> {
    own: Option<&'a Label>,
    /// Within an inner loop, which a plain `break` is about.
    is_inner: bool,
    uses: Vec<Use>,
}

impl Last<'_> {
    /// Whether a `break` or `continue` leaves the loop, as far as its form tells.
    fn leads_away(&self) -> impl Fn(&Expr) -> bool + use<> {
        let own = self.own.map(|label| label.name.clone());
        let is_inner = self.is_inner;
        move |jump| match jump {
            Expr::Break(jump) => jump.label.is_some() || !is_inner,
            Expr::Continue(jump) => jump.label.is_some() && jump.label != own,
            _ => false,
        }
    }

    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        let is_inner = std::mem::replace(&mut self.is_inner, true);
        visit(self);
        self.is_inner = is_inner;
    }
}

impl Visit<'_> for Last<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if leaves_by(expr, &self.leads_away()) {
            self.uses.extend(uses::of_expr(expr, None).uses);
        } else {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_block(&mut self, block: &Block) {
        if ends_by(&block.stmts, &self.leads_away()) {
            self.uses.extend(uses::of_block(block, None).uses);
        } else {
            visit::visit_block(self, block);
        }
    }

    fn visit_expr_for_loop(&mut self, inner: &ExprForLoop) {
        self.within(|last| visit::visit_expr_for_loop(last, inner));
    }

    fn visit_expr_while(&mut self, inner: &syn::ExprWhile) {
        self.within(|last| visit::visit_expr_while(last, inner));
    }

    fn visit_expr_loop(&mut self, inner: &syn::ExprLoop) {
        self.within(|last| visit::visit_expr_loop(last, inner));
    }

    // What these leave is themselves.
    fn visit_item(&mut self, _: &syn::Item) {}
    fn visit_expr_closure(&mut self, _: &syn::ExprClosure) {}
    fn visit_expr_async(&mut self, _: &syn::ExprAsync) {}
}
