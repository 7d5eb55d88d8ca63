//! Functions that cannot be annotated.

use crate::diag::{Sink, catalog};
use crate::parse::{marks, place};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprMethodCall, ItemFn, Safety, Signature};

/// Checks a function whose loops are to run in parallel.
pub(crate) fn check_for_loops(function: &ItemFn, sink: &mut Sink) {
    check_annotated_once(function, sink);
    if let Some(token) = &function.sig.asyncness {
        sink.error(token.span(), catalog::loops_in_async());
    }
    if let Some(token) = &function.sig.constness {
        sink.error(token.span(), catalog::const_function());
    }
    // What runs behind us could make the function async, and a loop that is suspended could be leaked.
    for attr in function.attrs.iter().filter(|attr| !is_built_in(attr)) {
        sink.error_at(attr.path(), catalog::attribute_below());
    }
}

/// Whether an attribute is the compiler's or a tool's own, and changes nothing in the function's body.
fn is_built_in(attr: &Attribute) -> bool {
    let first = attr.path().segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let is_tool = attr.path().segments.len() > 1 && ["clippy", "rustfmt", "diagnostic", "rustdoc"].contains(&&*first);
    let built_in = [
        "allow",
        "warn",
        "deny",
        "forbid",
        "expect",
        "cfg",
        "cfg_attr",
        "doc",
        "deprecated",
        "must_use",
        "inline",
        "cold",
        "track_caller",
        "target_feature",
        "test",
        "ignore",
        "should_panic",
        "bench",
        "no_mangle",
        "export_name",
        "link_section",
        "automatically_derived",
        "unsafe",
    ];
    is_tool || (attr.path().segments.len() == 1 && built_in.contains(&&*first)) || crate::parse::marks::is_mark(attr)
}

/// Checks a function in which no `for` loop was found.
pub(crate) fn check_without_loop(function: &ItemFn, sink: &mut Sink) {
    #[derive(Default)]
    struct Others {
        keyword: Option<(Span, &'static str)>,
        /// The last method of a chain of iterators.
        consumer: Option<Ident>,
    }
    impl Visit<'_> for Others {
        fn visit_expr_while(&mut self, other: &syn::ExprWhile) {
            self.keyword.get_or_insert((other.while_token.span(), "while"));
        }
        fn visit_expr_loop(&mut self, other: &syn::ExprLoop) {
            self.keyword.get_or_insert((other.loop_token.span(), "loop"));
        }
        fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
            if self.consumer.is_none() && ends_chain(call) {
                self.consumer = Some(call.method.clone());
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut others = Others::default();
    others.visit_block(&function.block);
    let name = &function.sig.ident;
    match (others.keyword, others.consumer) {
        (Some((span, keyword)), _) => sink.error(span, catalog::not_a_for_loop(keyword)),
        (None, Some(consumer)) => sink.error(consumer.span(), catalog::iterator_chain(name, &consumer)),
        (None, None) => sink.error(name.span(), catalog::no_loop(name)),
    }
}

/// `items.iter().map(work).collect()`, as far as the names of methods tell.
fn ends_chain(call: &ExprMethodCall) -> bool {
    let is_one_of = |call: &ExprMethodCall, names: &[&str]| names.iter().any(|name| call.method == name);
    let mut receiver = &*call.receiver;
    let mut calls_for_each = is_one_of(call, &["for_each", "fold"]);
    while let Expr::MethodCall(inner) = receiver {
        calls_for_each |= is_one_of(inner, &["map", "filter", "filter_map", "flat_map"]);
        receiver = &inner.receiver;
    }
    calls_for_each && is_one_of(call, &["collect", "sum", "product", "count", "min", "max", "for_each", "fold"])
}

/// Checks a function that is to become a task.
pub(crate) fn check_for_task(function: &ItemFn, sink: &mut Sink) {
    check_annotated_once(function, sink);
    let Signature { constness, asyncness, safety, abi, ident, variadic, .. } = &function.sig;
    if let Some(token) = constness {
        sink.error(token.span(), catalog::const_function());
    }
    if let Some(token) = asyncness {
        sink.error(token.span(), catalog::task_is_async());
    }
    if let Safety::Unsafe(token) = safety {
        sink.error(token.span(), catalog::task_is_unsafe());
    }
    if let Some(token) = abi {
        sink.error(token.span(), catalog::task_is_extern());
    }
    if let Some(token) = variadic {
        sink.error(token.span(), catalog::task_is_extern());
    }
    if ident == "main" {
        sink.error(ident.span(), catalog::task_is_main());
    }
    if function.attrs.iter().any(is_test) {
        sink.error(ident.span(), catalog::task_is_test());
    }
    let has_receiver = function.sig.inputs.iter().any(|input| matches!(input, syn::FnArg::Receiver(_)));
    if has_receiver {
        return;
    }
    if let Some(span) = self_type(function) {
        sink.error(span, catalog::task_names_self());
    } else if place::is_associated(ident) {
        sink.error(ident.span(), catalog::task_in_impl());
    }
}

/// Where a function names `Self`, which only one in an `impl` block or a trait can do.
fn self_type(function: &ItemFn) -> Option<Span> {
    struct Finder(Option<Span>);
    impl Visit<'_> for Finder {
        fn visit_path(&mut self, path: &syn::Path) {
            if path.segments[0].ident == "Self" {
                self.0.get_or_insert(path.segments[0].ident.span());
            }
            visit::visit_path(self, path);
        }
        // An `impl` block within the function has a `Self` of its own.
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut finder = Finder(None);
    finder.visit_item_fn(function);
    finder.0
}

/// The attribute that runs first sees those behind it.
fn check_annotated_once(function: &ItemFn, sink: &mut Sink) {
    for attr in function.attrs.iter().filter(|attr| marks::is_mark(attr)) {
        sink.error_at(attr.path(), catalog::annotated_twice());
    }
}

fn is_test(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "test")
}
