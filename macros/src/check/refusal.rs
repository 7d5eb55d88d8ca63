//! Loops with nothing to run in parallel: why, and what to do about it.

use super::loops::{at_line, check_iterand, describe};
use crate::analyze::carried::{self, Carried};
use crate::analyze::hoist;
use crate::analyze::loops::Candidate;
use crate::analyze::split::{Fate, Reason, Why};
use crate::analyze::uses::{self, Place};
use crate::diag::{Sink, catalog};
use proc_macro2::{Ident, LineColumn, Span};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprForLoop, ExprIndex, ExprMethodCall, Pat, Stmt, Token};

/// Says why there is nothing to run in parallel.
pub(crate) fn refuse(candidate: &Candidate, sink: &mut Sink) {
    if check_iterand(candidate, sink) {
        return;
    }
    let reasons = &candidate.verdict.reasons;
    let carried = reasons.iter().find_map(|reason| match &reason.why {
        // What a lock or a channel hands out is not what an iteration wrote.
        Why::Carried(carried, reads) if *reads && !carried.by_effect && is_elsewhere(reason, carried) => {
            Some((reason, carried))
        }
        _ => None,
    });
    if let Some((reason, carried)) = carried {
        let place = carried.place.to_string();
        let mut ways_out = ways_out_of(candidate, carried);
        if ways_out.is_empty() {
            ways_out.push(catalog::compute_first(&place));
        }
        let message =
            catalog::loop_carried(&place, &carried.how, &at_line(carried.span), &ways_out, candidate.left_plain);
        return sink.error(reason.span, message);
    }
    let span = candidate.mark.as_ref().map_or_else(|| candidate.written.for_token.span(), |mark| mark.span);
    let mut ways_out: Vec<String> = Vec::new();
    for carried in &candidate.verdict.carried {
        let more = ways_out_of(candidate, carried);
        ways_out.extend(more.into_iter().filter(|way_out| !ways_out.contains(way_out)).collect::<Vec<_>>());
    }
    ways_out.extend(inner_loops(candidate));
    ways_out.extend(reasons.iter().find_map(ordered_effect).map(|effect| catalog::in_any_order(&effect)));
    let reasons: Vec<String> = reasons.iter().map(describe).collect();
    sink.error(span, catalog::nothing_parallel(&reasons, &ways_out, candidate.left_plain));
}

/// The method with an effect that keeps a statement in order.
fn ordered_effect(reason: &Reason) -> Option<String> {
    match &reason.why {
        Why::Effect(what) if what.starts_with("`.") => Some(what.clone()),
        Why::Carried(carried, _) if carried.by_effect => Some(carried.how.replace("is changed by ", "")),
        _ => None,
    }
}

/// What to do about a variable that is carried, where more is known than that.
fn ways_out_of(candidate: &Candidate, carried: &Carried) -> Vec<String> {
    let place = carried.place.to_string();
    let body = &candidate.written.body;
    let mut ways_out = Vec::new();
    if catalog::is_scratch(&carried.how) {
        return vec![catalog::scratch_space(&place)];
    }
    if let Some((whole, parts)) = changed_parts(candidate, carried) {
        return vec![catalog::taken_out(&whole, &parts, candidate.verdict.left_at.is_some())];
    }
    if carried.is_guess {
        ways_out.push(catalog::only_read(&place));
    } else if has_own_elements(&candidate.written, &carried.place) {
        let may_change_items = !carried.by_effect && may_change_items(candidate);
        ways_out.extend(may_change_items.then(|| catalog::own_elements(&place)));
    } else if is_recurrence(body, &carried.place) {
        ways_out.push(catalog::recurrence(&place));
    } else if is_memo(body, &carried.place) {
        ways_out.push(catalog::memo(&place));
    }
    if let Some(Passed { to, is_value_used }) = passed(body, carried) {
        ways_out.push(if is_value_used {
            catalog::own_state(&place, &to, candidate.options.is_process())
        } else {
            catalog::returned_instead(&place, &to)
        });
    }
    ways_out
}

/// Of a variable that methods are called on which may only read it, the parts that the loop surely changes: as long as
/// these belong to it, it cannot be borrowed for the whole of the loop.
fn changed_parts(candidate: &Candidate, carried: &Carried) -> Option<(String, Vec<String>)> {
    let all = &candidate.verdict.carried;
    let whole = all.iter().find(|known| known.is_guess && known.place.overlaps(&carried.place))?;
    let is_part = |known: &&Carried| {
        let is_within = known.place.fields.len() > whole.place.fields.len() && known.place.overlaps(&whole.place);
        is_within && !known.is_guess && !known.by_effect
    };
    let parts: Vec<String> = all.iter().filter(is_part).map(|known| known.place.to_string()).collect();
    (!parts.is_empty()).then(|| (whole.place.to_string(), parts))
}

/// What to do about inner loops with work in them that stay in order as a whole.
fn inner_loops(candidate: &Candidate) -> Option<String> {
    let carried = &candidate.verdict.carried;
    candidate.verdict.report.iter().find_map(|line| {
        let (Stmt::Expr(expr, _), Fate::InOrder(..)) = (&*line.stmt, &line.fate) else { return None };
        let (body, is_for) = match expr {
            Expr::ForLoop(inner) => (&inner.body, true),
            Expr::While(inner) => (&inner.body, false),
            Expr::Loop(inner) => (&inner.body, false),
            _ => return None,
        };
        has_free_call(body, carried).then(|| catalog::inner_loop_in_order(&at_line(expr.span()), is_for))
    })
}

/// Whether a body has a call that uses nothing of what is carried. Without one, its loop would be refused like that around it.
fn has_free_call(body: &Block, carried: &[Carried]) -> bool {
    struct Calls<'a>(&'a [Carried], bool);
    impl Visit<'_> for Calls<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            let is_call = matches!(expr, Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_)) && hoist::is_work(expr);
            let is_free = || uses::of_expr(expr, None).uses.iter().all(|used| carried::touched(used, self.0).is_none());
            self.1 |= is_call && is_free();
            if !matches!(expr, Expr::Closure(_)) {
                visit::visit_expr(self, expr);
            }
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut calls = Calls(carried, false);
    calls.visit_block(body);
    calls.1
}

/// Whether the loop might iterate over what it changes in place: no process sends that back, and no exit could undo it.
fn may_change_items(candidate: &Candidate) -> bool {
    !candidate.options.is_process() && candidate.verdict.left_at.is_none()
}

/// Whether the loop counts, and uses nothing of `place` but the element that its variable is the index of.
fn has_own_elements(written: &ExprForLoop, place: &Place) -> bool {
    struct Own<'a>(&'a Ident, &'a Place, Vec<LineColumn>);
    impl Visit<'_> for Own<'_> {
        fn visit_expr_index(&mut self, element: &ExprIndex) {
            let is_own = matches!(&*element.index, Expr::Path(path) if path.path.is_ident(self.0));
            self.2.extend(element_of(element, self.1).filter(|_| is_own).map(|span| span.start()));
            visit::visit_expr_index(self, element);
        }
    }
    let (Pat::Ident(counter), Expr::Range(_)) = (&*written.pat, without_parens(&written.expr)) else { return false };
    let mut own = Own(&counter.ident, place, Vec::new());
    own.visit_block(&written.body);
    let body = uses::of_block(&written.body, written.label.as_ref());
    let is_bound_again = body.inner_names.iter().any(|name| counter.ident == name);
    let mut uses = body.uses.iter().filter(|used| used.place.overlaps(place));
    !is_bound_again && uses.all(|used| own.2.contains(&used.span.start()))
}

/// Where `place` stands, if this is an element of it. (Of `c[i][j]`, that is `c[i]`.)
fn element_of(element: &ExprIndex, place: &Place) -> Option<Span> {
    let (base, span) = uses::place(&element.expr).filter(|_| !matches!(&*element.expr, Expr::Index(_)))?;
    (base == *place).then_some(span)
}

fn without_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => without_parens(&inner.expr),
        expr => expr,
    }
}

/// Whether elements of `place` are computed from other elements.
fn is_recurrence(body: &Block, place: &Place) -> bool {
    struct Elements<'a> {
        place: &'a Place,
        are_stored: bool,
        n_used: usize,
    }
    impl Visit<'_> for Elements<'_> {
        fn visit_expr(&mut self, expr: &Expr) {
            let target = match expr {
                Expr::Assign(assign) => Some(&*assign.left),
                Expr::Binary(binary) if uses::is_compound(&binary.op) => Some(&*binary.left),
                _ => None,
            };
            self.are_stored |= target.is_some_and(|target| {
                matches!(target, Expr::Index(_)) && uses::place(target).is_some_and(|(place, _)| place == *self.place)
            });
            visit::visit_expr(self, expr);
        }
        fn visit_expr_index(&mut self, element: &ExprIndex) {
            self.n_used += usize::from(element_of(element, self.place).is_some());
            visit::visit_expr_index(self, element);
        }
    }
    let mut elements = Elements { place, are_stored: false, n_used: 0 };
    elements.visit_block(body);
    elements.are_stored && elements.n_used > 1
}

/// Whether `place` keeps what iterations compute, for later ones to look it up.
fn is_memo(body: &Block, place: &Place) -> bool {
    struct Calls<'a> {
        place: &'a Place,
        looks_up: bool,
        keeps: bool,
        makes: bool,
    }
    impl Visit<'_> for Calls<'_> {
        fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
            let is_of = |expr: &Expr| uses::place(expr).is_some_and(|(place, _)| place == *self.place);
            let (method, n_args) = (call.method.to_string(), call.args.len());
            if is_of(&call.receiver) {
                self.looks_up |= ["get", "contains_key"].contains(&method.as_str()) && n_args == 1;
                self.keeps |= method == "insert" && n_args == 2;
            }
            let is_entry =
                matches!(&*call.receiver, Expr::MethodCall(entry) if entry.method == "entry" && is_of(&entry.receiver));
            self.makes |= is_entry
                && method == "or_insert_with"
                && matches!(call.args.first(), Some(Expr::Closure(made)) if is_computed(&made.body));
            visit::visit_expr_method_call(self, call);
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut calls = Calls { place, looks_up: false, keeps: false, makes: false };
    calls.visit_block(body);
    calls.makes || (calls.looks_up && calls.keeps)
}

/// A call that gets a variable as `&mut`.
struct Passed {
    /// What is called.
    to: String,
    is_value_used: bool,
}

/// The first call in a body that gets what is carried as `&mut`.
fn passed(body: &Block, carried: &Carried) -> Option<Passed> {
    struct Calls<'a> {
        carried: &'a Carried,
        found: Option<Passed>,
        is_statement: bool,
    }
    impl Calls<'_> {
        fn call(&mut self, to: String, args: &Punctuated<Expr, Token![,]>) {
            let is_passed = args.iter().any(|arg| {
                let (arg, is_exclusive) = match arg {
                    Expr::Reference(reference) => (&*reference.expr, reference.mutability.is_some()),
                    arg => (arg, carried::is_passed_on(self.carried)),
                };
                is_exclusive && uses::place(arg).is_some_and(|(place, _)| place == self.carried.place)
            });
            let is_value_used = !self.is_statement;
            self.found = self.found.take().or_else(|| is_passed.then_some(Passed { to, is_value_used }));
        }
    }
    impl Visit<'_> for Calls<'_> {
        fn visit_stmt(&mut self, stmt: &Stmt) {
            self.is_statement = matches!(stmt, Stmt::Expr(Expr::Call(_) | Expr::MethodCall(_), Some(_)));
            visit::visit_stmt(self, stmt);
        }
        fn visit_expr(&mut self, expr: &Expr) {
            match expr {
                Expr::Call(call) if !hoist::is_constructor(&call.func) => {
                    self.call(call.func.to_token_stream().to_string().replace(' ', ""), &call.args);
                }
                Expr::MethodCall(call) => self.call(format!(".{}()", call.method), &call.args),
                _ => {}
            }
            self.is_statement = false;
            visit::visit_expr(self, expr);
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut calls = Calls { carried, found: None, is_statement: false };
    calls.visit_block(body);
    calls.found
}

/// Whether a value is computed from others, unlike `Vec::new()`.
fn is_computed(value: &Expr) -> bool {
    hoist::is_work(value) && !matches!(value, Expr::Call(call) if call.args.is_empty())
}

/// Whether the use that puts a statement in order is another one than that which changes the variable.
fn is_elsewhere(reason: &Reason, carried: &Carried) -> bool {
    let start = |span: Span| (span.start().line, span.start().column);
    start(reason.span) != start(carried.span)
}
