//! Loops that do nothing in order but push: what they push is collected by the parallel part, chunk by chunk.
//!
//! In such a loop, what the chunk collects stands for the place: `out.push(f(x))` becomes `collected0.push(f(x))`, which
//! concerns the chunk alone. So the split finds nothing in order there, wherever in the body it stands. If it finds anything
//! else in order, the loop is split as it was written.

use super::hoist;
use super::scope::{Declared, Locals, plan_number};
use super::split::{self, Verdict};
use super::uses::{self, ExitKind, Place};
use crate::model::options::Options;
use crate::model::stored::Stored;
use crate::names;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprForLoop, ExprMethodCall, Label, Member, ReturnType, Stmt};

/// The split of such a loop, number `plan`, and where it pushes. `plain` is its split as it was written.
pub(crate) fn split(
    plan: usize,
    written: &ExprForLoop,
    locals: &Locals,
    options: &Options,
    output: &ReturnType,
    plain: &Verdict,
) -> Option<(Verdict, Vec<Stored>)> {
    if plain.carried.is_empty() || plain.iterand_changed.is_some() || may_hide_exits(plain, written.label.as_ref()) {
        return None;
    }
    let mut rewritten = written.clone();
    let places = plain.carried.iter().map(|carried| (&carried.place, Vec::new())).collect();
    let mut rewriter = Rewriter { places };
    rewriter.block(&mut rewritten.body, true);
    let places = rewriter.places;
    let facts = uses::of_body(&rewritten.pat, &rewritten.body, rewritten.label.as_ref());
    let is_used = |place: &Place| {
        facts.uses.iter().any(|used| used.place.overlaps(place)) || facts.inner_names.contains(&place.name)
    };
    if places.iter().any(|(place, _)| is_used(place)) {
        return None;
    }

    let is_single = places.len() == 1;
    // What the calling thread evaluates on its way out could be a macro that names the place, while workers still write there.
    let may_be_touched = plain.left_at.is_some() && plain.split.return_in_order;
    let stored = places.iter().enumerate().map(|(number, (place, calls))| {
        let declared = locals.get(&place.name)?;
        let first = calls.first()?;
        let is_one_push = calls.len() == 1 && first.method == "push";
        // Of an unknown type, each `push` might take values of a type of its own, or borrow what it takes for as long as the
        // call. And of several places, all are vectors.
        let is_vector = declared.is_vector && place.fields.is_empty();
        let chunk = names::collected(number, first.receiver.span());
        let stored = Stored {
            is_one_push,
            is_one_each: is_one_push && !may_be_touched && is_never_skipped(&rewritten, &chunk),
            chunk,
            mentions: calls.iter().map(|call| (*call.receiver).clone()).collect(),
            is_reference: is_reference(place, declared)?,
            method: first.method.clone(),
        };
        (is_vector || (is_single && is_one_push && pushes_what_crosses(plain, place))).then_some(stored)
    });
    let stored = stored.collect::<Option<Vec<Stored>>>()?;

    let verdict = split::split(plan, &rewritten, locals, options, output);
    let is_parallel = verdict.has_work && !verdict.split.has_steps() && verdict.refused_marks.is_empty();
    if !is_parallel || captures_bound(&verdict, plain, locals) {
        return None;
    }
    Some((verdict, stored))
}

/// Whether `place` is a variable that holds an exclusive reference rather than the value itself; `None` where it is not
/// certain how it is borrowed.
fn is_reference(place: &Place, declared: &Declared) -> Option<bool> {
    match &*place.fields {
        [] if declared.is_mut => Some(false),
        [] => declared.is_exclusive_reference().then_some(true),
        [_] => (place.name == "self" && (declared.is_mut || declared.is_mut_ref)).then_some(false),
        _ => None,
    }
}

/// Whether a loop does nothing in order, as it was written, but push what crosses to there, and so outlives the iteration.
fn pushes_what_crosses(plain: &Verdict, place: &Place) -> bool {
    let has_replayed = plain.split.segments.iter().any(|segment| !segment.replayed.is_empty());
    match *plain.split.in_order() {
        [Stmt::Expr(Expr::MethodCall(call), _)] => {
            !has_replayed && is_known(call) && is_place(&call.receiver, place) && is_made_of_variables(&call.args[0])
        }
        _ => false,
    }
}

/// Whether a value is, or is built around, values of variables, and borrows none of these.
fn is_made_of_variables(value: &Expr) -> bool {
    match value {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => is_made_of_variables(&field.base),
        Expr::Paren(inner) => is_made_of_variables(&inner.expr),
        Expr::Unary(inner) => is_made_of_variables(&inner.expr),
        Expr::Cast(inner) => is_made_of_variables(&inner.expr),
        Expr::Call(call) if hoist::is_constructor(&call.func) => call.args.iter().all(is_made_of_variables),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_made_of_variables),
        Expr::Struct(parts) => parts.fields.iter().all(|part| is_made_of_variables(&part.expr)),
        _ => false,
    }
}

/// Whether a macro in an in-order statement may leave the iteration, which it could not in the parallel part.
fn may_hide_exits(plain: &Verdict, label: Option<&Label>) -> bool {
    plain.split.in_order().into_iter().any(|stmt| {
        let facts = uses::of_stmt(stmt, label);
        !facts.hidden_exits.is_empty() || !facts.unknown_macros.is_empty()
    })
}

/// Whether the parallel part captures what cannot be shared between threads, as far as can be seen, and would not capture it
/// if the loop were split as it was written.
fn captures_bound(verdict: &Verdict, plain: &Verdict, locals: &Locals) -> bool {
    let known = plain.split.outer_variables();
    let is_bound = |name: &&Ident| locals.get(&name.to_string()).is_some_and(|declared| declared.is_bound_to_thread);
    verdict.split.outer_variables().iter().filter(|name| !known.contains(name)).any(is_bound)
}

/// Whether each iteration that comes to its end collects something: behind a `continue`, few might.
fn is_never_skipped(rewritten: &ExprForLoop, chunk: &Ident) -> bool {
    let stmts = &rewritten.body.stmts;
    let is_push = |stmt: &Stmt| matches!(stmt, Stmt::Expr(Expr::MethodCall(call), _) if names::is_variable(&call.receiver, chunk));
    stmts.iter().position(is_push).is_some_and(|at| {
        let facts = stmts[..=at].iter().map(|stmt| uses::of_stmt(stmt, rewritten.label.as_ref()));
        facts.flat_map(|facts| facts.exits).all(|exit| exit.kind != ExitKind::Continue)
    })
}

/// Lets chunks collect what is pushed.
struct Rewriter<'a> {
    /// With the calls that push there, as they were written.
    places: Vec<(&'a Place, Vec<ExprMethodCall>)>,
}

impl Rewriter<'_> {
    /// With `is_unit`, the value of the block is `()`, or nobody wants it: only there is it certain that nobody wants what
    /// a push gives.
    fn block(&mut self, block: &mut Block, is_unit: bool) {
        let n_stmts = block.stmts.len();
        for (index, stmt) in block.stmts.iter_mut().enumerate() {
            match stmt {
                Stmt::Expr(expr, semicolon) => {
                    self.expr(expr, is_unit || semicolon.is_some() || index + 1 < n_stmts);
                }
                stmt => visit_mut::visit_stmt_mut(self, stmt),
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr, is_unit: bool) {
        match expr {
            Expr::MethodCall(call) if is_unit && is_known(call) => {
                if let Some(number) = self.places.iter().position(|(place, _)| is_place(&call.receiver, place)) {
                    self.places[number].1.push(call.clone());
                    let chunk = names::collected(number, call.receiver.span());
                    *call.receiver = syn::parse_quote!(#chunk);
                    // Should the value be bound to its thread, the message stands there.
                    call.method.set_span(names::at(call.args[0].span()));
                }
                visit_mut::visit_expr_method_call_mut(self, call);
            }
            Expr::If(branch) => {
                self.expr(&mut branch.cond, false);
                self.block(&mut branch.then_branch, is_unit || branch.else_branch.is_none());
                branch.else_branch.iter_mut().for_each(|(_, other)| self.expr(other, is_unit));
            }
            Expr::Match(choice) => {
                self.expr(&mut choice.expr, false);
                for arm in &mut choice.arms {
                    self.visit_pat_mut(&mut arm.pat);
                    self.expr(&mut arm.body, is_unit);
                }
            }
            Expr::Block(inner) => self.block(&mut inner.block, is_unit),
            Expr::While(inner) => {
                self.expr(&mut inner.cond, false);
                self.block(&mut inner.body, true);
            }
            Expr::Loop(inner) => self.block(&mut inner.body, true),
            // An annotated loop of its own expands its body by itself.
            Expr::ForLoop(inner) if plan_number(&inner.attrs).is_none() => {
                self.expr(&mut inner.expr, false);
                self.block(&mut inner.body, true);
            }
            // What runs elsewhere, or later, is none of ours; and what the borrow checker does not see stays where it was.
            Expr::ForLoop(_) | Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::Unsafe(_) => {}
            other => visit_mut::visit_expr_mut(self, other),
        }
    }
}

/// Whether a call pushes, as far as its method tells.
fn is_known(call: &ExprMethodCall) -> bool {
    let is_known = ["push", "extend", "extend_from_slice"].iter().any(|name| call.method == name);
    is_known && call.args.len() == 1 && call.turbofish.is_none() && call.attrs.is_empty()
}

fn is_place(expr: &Expr, place: &Place) -> bool {
    let is_name =
        |expr: &Expr| matches!(expr, Expr::Path(path) if path.attrs.is_empty() && path.path.is_ident(&place.name));
    match (expr, &*place.fields) {
        (Expr::Path(_), []) => is_name(expr),
        (Expr::Field(field), [name]) => {
            let is_field = matches!(&field.member, Member::Named(member) if member == name);
            field.attrs.is_empty() && is_field && is_name(&field.base)
        }
        _ => false,
    }
}

impl VisitMut for Rewriter<'_> {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.block(block, false);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        self.expr(expr, false);
    }
}
