//! Loops that cannot keep their meaning.

use crate::analyze::loops::Candidate;
use crate::analyze::scope::plan_number;
use crate::analyze::split::{Reason, Why};
use crate::analyze::{hoist, kinds, known, types};
use crate::diag::{Sink, catalog};
use crate::model::options::Keyed;
use crate::model::warning::Warning;
use crate::parse::marks::part_of;
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprAssign, ExprForLoop, ExprLit, ExprMethodCall, ItemFn, Lit, Local, Pat, Stmt, Type};

/// Whether a loop is worth splitting; otherwise it stays as it is, or is refused.
pub(crate) fn has_parallel_part(candidate: &Candidate) -> bool {
    candidate.options.is_sequential() || candidate.verdict.has_work
}

/// Checks one loop that is going to be split.
pub(crate) fn check(candidate: &Candidate, sink: &mut Sink) {
    let verdict = &candidate.verdict;
    for span in &verdict.awaits {
        sink.error(*span, catalog::await_in_loop());
    }
    for span in &verdict.yields {
        sink.error(*span, catalog::yield_in_loop());
    }
    if candidate.is_async && verdict.awaits.is_empty() {
        sink.error(candidate.written.for_token.span(), catalog::loops_in_async());
    }
    if candidate.options.is_sequential() {
        return;
    }
    for (mark, reason) in &verdict.refused_marks {
        sink.error(*mark, catalog::cannot_be_parallel(&describe(reason)));
    }
    if !check_iterand(candidate, sink)
        && let Some(shared) = &verdict.shared_with_source
        && !is_asked_in_turn(candidate)
    {
        sink.error(shared.span, catalog::shared_with_source(&shared.place.to_string(), candidate.left_plain));
    }
    if let Some(moved) = &verdict.moved {
        sink.error(moved.span, catalog::capture_moved(&moved.place.to_string()));
    }
    if candidate.options.is_process() {
        check_borrows(candidate, sink);
        for (call, method) in errors_of_open_types(candidate) {
            sink.error(call, catalog::error_of_open_type(&method));
        }
    }
    if let Some(name) = &verdict.crosses_by_ref {
        sink.error(name.span(), catalog::crosses_by_ref(name));
    }
    let Some(left_at) = verdict.left_at else { return };
    let (at, left_plain) = (at_line(left_at), candidate.left_plain);
    if let Some(span) = candidate.options.unordered {
        sink.error(span, catalog::unordered_with_exit(&at));
    }
    if let Some(changed) = &verdict.source_changes {
        return sink.error(changed.span, catalog::source_outlives_loop(&at, left_plain));
    }
    match borrowed_source(&candidate.written.expr) {
        Some(Source::OutlivesTheLoop(span)) => sink.error(span, catalog::source_outlives_loop(&at, left_plain)),
        Some(Source::ChangedInPlace(span)) => sink.error(span, catalog::items_changed_in_place(&at, left_plain)),
        None => {
            if let Some(span) = verdict.items_changed {
                sink.error(span, catalog::items_changed_in_place(&at, left_plain));
            }
        }
    }
}

/// Checks what is certain of the types of what workers get.
fn check_borrows(candidate: &Candidate, sink: &mut Sink) {
    let verdict = &candidate.verdict;
    if let Some(item) = verdict.item.as_ref().filter(|ty| types::holds_borrow_within(ty)) {
        sink.error(candidate.written.expr.span(), catalog::items_hold_borrows(&in_words(item)));
    }
    let captures = verdict.split.captures.iter().filter(|capture| !capture.is_doubtful);
    for (capture, ty) in captures.filter_map(|capture| Some((capture, capture.ty.as_ref()?))) {
        if types::holds_borrow(ty) && !types::borrows_again(ty) {
            sink.error(capture.name.span(), catalog::capture_holds_borrow(&capture.name, &in_words(ty)));
        }
    }
}

/// The calls whose value, and so their error, is of whatever type is asked for further below, with a `?` behind them.
fn errors_of_open_types(candidate: &Candidate) -> Vec<(Span, Ident)> {
    struct Calls(Vec<(Span, Ident)>);
    impl Calls {
        fn within(&mut self, value: &Expr) {
            match value {
                Expr::Try(tried) => match &*tried.expr {
                    Expr::MethodCall(call) if kinds::has_open_error(call) => {
                        self.0.push((tried.question_token.span(), call.method.clone()));
                    }
                    _ => {}
                },
                Expr::Paren(inner) => self.within(&inner.expr),
                Expr::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.within(part)),
                Expr::Call(call) if hoist::is_constructor(&call.func) => {
                    call.args.iter().for_each(|arg| self.within(arg));
                }
                _ => {}
            }
        }
    }
    impl Visit<'_> for Calls {
        fn visit_local(&mut self, local: &Local) {
            if let (false, Some(init)) = (matches!(local.pat, Pat::Type(_)), &local.init) {
                self.within(&init.expr);
            }
            visit::visit_local(self, local);
        }
        fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
            if known::is_mutator(&call.method.to_string(), call.args.len()) {
                call.args.iter().for_each(|arg| self.within(arg));
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_expr_assign(&mut self, assign: &ExprAssign) {
            self.within(&assign.right);
            visit::visit_expr_assign(self, assign);
        }
        // What these leave is themselves.
        fn visit_item(&mut self, _: &syn::Item) {}
        fn visit_expr_closure(&mut self, _: &syn::ExprClosure) {}
        fn visit_expr_async(&mut self, _: &syn::ExprAsync) {}
    }
    let mut calls = Calls(Vec::new());
    candidate.verdict.split.segments.iter().flat_map(|segment| &segment.stmts).for_each(|stmt| calls.visit_stmt(stmt));
    calls.0
}

/// A type as one would write it.
fn in_words(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace("& ", "&").replace(" <", "<").replace("< ", "<").replace(" >", ">")
}

/// Whether the next item is asked for when the iteration in front of it is complete, as far as can be seen.
fn is_asked_in_turn(candidate: &Candidate) -> bool {
    let Some(Keyed { value, .. }) = &candidate.options.buffersize else { return false };
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_digits() == "1",
        _ => true,
    }
}

/// Says that the loop changes what it iterates over, if it does.
pub(super) fn check_iterand(candidate: &Candidate, sink: &mut Sink) -> bool {
    let changed = candidate.verdict.iterand_changed.as_ref();
    if let Some(changed) = changed {
        let at = at_line(candidate.written.expr.span());
        sink.error(changed.span, catalog::iterand_changed(&changed.place.to_string(), &at));
    }
    changed.is_some()
}

/// What is worth a warning in a loop that is going to be split.
pub(crate) fn warnings(candidate: &Candidate) -> Vec<Warning> {
    let Candidate { options, written, verdict, .. } = candidate;
    let is_endless = !options.is_sequential() && verdict.left_at.is_none() && is_endless(&written.expr);
    let endless = || Warning { name: Ident::new("ENDLESS_LOOP", written.expr.span()), text: catalog::endless() };
    is_endless.then(endless).into_iter().collect()
}

/// `0..`, `repeat(x)`, `v.iter().cycle()`, and what passes all of it on.
fn is_endless(source: &Expr) -> bool {
    match source {
        Expr::Paren(inner) => is_endless(&inner.expr),
        Expr::Range(range) => range.start.is_some() && range.end.is_none(),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return false };
            path.path.segments.last().is_some_and(|last| last.ident == "repeat" || last.ident == "repeat_with")
        }
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "cycle" => call.args.is_empty(),
            "map" | "filter" | "filter_map" | "inspect" | "enumerate" | "skip" | "step_by" => {
                is_endless(&call.receiver)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Checks that no statement outside the loops that are split is marked.
pub(crate) fn check_marks(function: &ItemFn, is_split: &dyn Fn(usize) -> bool, sink: &mut Sink) {
    struct Outside<'a>(&'a dyn Fn(usize) -> bool, Vec<Span>);
    impl Visit<'_> for Outside<'_> {
        fn visit_expr_for_loop(&mut self, inner: &ExprForLoop) {
            if !plan_number(&inner.attrs).is_some_and(self.0) {
                visit::visit_expr_for_loop(self, inner);
            }
        }
        fn visit_stmt(&mut self, stmt: &Stmt) {
            self.1.extend(part_of(stmt).map(|(_, span)| span));
            visit::visit_stmt(self, stmt);
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut outside = Outside(is_split, Vec::new());
    outside.visit_block(&function.block);
    outside.1.into_iter().for_each(|span| sink.error(span, catalog::part_outside()));
}

/// Why one statement is in order, in a line.
pub(crate) fn describe(reason: &Reason) -> String {
    let place = line(reason.span);
    match &reason.why {
        Why::Carried(carried, _) => {
            format!("{place}uses `{}`, which each iteration changes (it {})", carried.place, carried.how)
        }
        Why::Conditional => format!("{place}has attributes, which may remove it"),
        Why::Borrows => format!("{place}borrows from a value of this iteration, for the in-order part"),
        Why::MadeInOrder(name) => format!("{place}uses `{name}`, which an in-order statement makes"),
        Why::ChangedLater(name) => {
            format!("{place}may move or change `{name}`, which an in-order statement before it reads")
        }
        Why::Effect(what) => format!("{place}{what} has an effect whose order can be observed"),
        Why::MayExit(what) => format!("{place}{what} may leave the loop"),
        Why::BehindExit => format!("{place}stands behind a statement that may leave the iteration in order"),
        Why::Marked => format!("{place}is marked `#[concurrent(ordered)]`"),
        Why::Moves(name) => format!("{place}moves `{name}`, which only one iteration can"),
        Why::NotInitialized => format!("{place}declares a variable that is assigned later"),
    }
}

/// `line 7: `, or nothing where lines are not known.
fn line(span: Span) -> String {
    match span.start().line {
        0 => String::new(),
        line => format!("line {line}: "),
    }
}

/// ` in line 7`, or nothing where lines are not known.
pub(super) fn at_line(span: Span) -> String {
    match span.start().line {
        0 => String::new(),
        line => format!(" in line {line}"),
    }
}

enum Source {
    OutlivesTheLoop(Span),
    ChangedInPlace(Span),
}

/// Sources that are seen to be borrowed by the loop, or to hand out what the loop changes. Others are
/// found by their types.
fn borrowed_source(source: &Expr) -> Option<Source> {
    match source {
        Expr::Paren(inner) => borrowed_source(&inner.expr),
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "by_ref" => Some(Source::OutlivesTheLoop(call.method.span())),
            "iter_mut" | "values_mut" | "chunks_mut" | "chunks_exact_mut" | "split_mut" => {
                Some(Source::ChangedInPlace(call.method.span()))
            }
            // Through adapters: `it.by_ref().take(3)`.
            _ => borrowed_source(&call.receiver),
        },
        _ => None,
    }
}
