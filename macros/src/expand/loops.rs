//! An annotated loop, as the loop that it was and, beside it, as its two parts.

use super::exits::Around;
use super::gather::Gather;
use super::options;
use super::parts;
use super::processes;
use super::warnings;
use crate::abi::Abi;
use crate::analyze::scope::plan_number;
use crate::model::loop_plan::{Capture, LoopPlan, LoopSource, Split};
use crate::names;
use crate::parse::marks;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprClosure, ExprForLoop, Index, ItemFn, Lifetime, Member, Type};

/// The function with its planned loops replaced.
pub(crate) fn function(mut function: ItemFn, plans: &BTreeMap<usize, LoopPlan>) -> TokenStream {
    let (name, output) = (function.sig.ident.to_string(), function.sig.output.clone());
    let mut expander = Expander { plans, name: &name, returns: processes::nameable(&output), n_labels: 0 };
    expander.visit_block_mut(&mut function.block);
    for text in plans.values().filter_map(|plan| plan.explanation.as_ref()) {
        let text = format!("\n```text\n{text}\n```\n");
        function.attrs.push(syn::parse_quote!(#[doc = #text]));
    }
    function.into_token_stream()
}

/// Replaces planned loops, also those within the parts of others.
pub(super) struct Expander<'a> {
    plans: &'a BTreeMap<usize, LoopPlan>,
    /// What the function is called.
    pub(super) name: &'a str,
    /// What a `return` returns, where that can be said: not in closures, nor in loops within the parts of others.
    pub(super) returns: Option<Type>,
    n_labels: usize,
}

impl VisitMut for Expander<'_> {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        self.without_return(|this| visit_mut::visit_expr_closure_mut(this, closure));
    }

    fn visit_attributes_mut(&mut self, attrs: &mut Vec<syn::Attribute>) {
        attrs.retain(|attr| !marks::is_part(attr));
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::ForLoop(inner) = expr
            && let Some(plan) = plan_number(&inner.attrs).and_then(|number| self.plans.get(&number))
        {
            let planned = match &plan.split {
                Some(split) if plan.options.is_process() => processes::planned(self, plan, split),
                _ => self.planned(plan),
            };
            *expr = syn::parse2(planned).expect("an expanded loop is a block");
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

impl Expander<'_> {
    /// Visits where a `return` does not return from the function.
    pub(super) fn without_return<R>(&mut self, visit: impl FnOnce(&mut Self) -> R) -> R {
        let returns = self.returns.take();
        let visited = visit(self);
        self.returns = returns;
        visited
    }

    pub(super) fn expanded<T: Clone>(&mut self, written: &T, visit: impl FnOnce(&mut Self, &mut T)) -> T {
        let mut expanded = written.clone();
        visit(self, &mut expanded);
        expanded
    }

    // Input:  for x in source { body }
    // Output: {
    //     let site = { static SITE: Site = Site::new(); &SITE };
    //     let options = LoopOptions::new()….checked();
    //     match IntoIterator::into_iter(source) {
    //         iter => {
    //             let mut pilot = None;
    //             let mut course = Course::new(options, site, &mut pilot, iter…);
    //             let mut strip = Course::start(&mut course);
    //             'done: loop {
    //                 'strip: {
    //                     loop {
    //                         match Iterator::next(&mut strip) {
    //                             Some(item) => { let x = item; { body }; }
    //                             None => break 'strip,
    //                         }
    //                     }
    //                     break 'done;
    //                 }
    //                 let team = match Course::go_on(&mut course, strip) {
    //                     Next::Plain(next) => { strip = next; continue; }
    //                     Next::Shared(team) => team,
    //                     Next::Over => break,
    //                 };
    //                 …
    //             }
    //         },
    //     }
    // }
    //
    // Methods are called by their types' names: where the source is no iterator, the compiler then says so, and not that there
    // are no such methods.
    //
    // A `break` of the body ends the inner `loop` and then the outer one. There is no way from it into what follows, so
    // the body may move out of a variable in front of it; and the inner loop is as simple as a `for` to an optimiser.
    fn planned(&mut self, plan: &LoopPlan) -> TokenStream {
        let abi = Abi::new(plan.options.krate.as_ref());
        let mut plain = self.expanded(&plan.written, |this, written| this.visit_block_mut(&mut written.body));
        let options_value = options::of_loop(plan, &abi);
        let warnings = warnings::written(&plan.warnings);
        let Some(split) = &plan.split else {
            self.visit_expr_mut(&mut plain.expr);
            return quote!({ #warnings let _ = #options_value; #plain });
        };

        let LoopSource { base, enumerate } = plan.source();
        let base = self.expanded(base, |this, base| this.visit_expr_mut(base));
        // What is generated around the body stands at the source, which most errors about it are about.
        let at = names::at(base.span());
        let local = |name| names::local_at(name, base.span());
        let (iter, site, options, pilot) = (local("iter"), local("site"), local("options"), local("pilot"));
        let (course, strip) = (local("course"), local("strip"));
        let (item, next, team) = (local("item"), local("next"), local("team"));
        let (done, strip_label) = (self.label("done"), self.label("strip"));

        let parallel = self.parallel(plan, split, &abi, &done);
        let checks = checks(split, &abi, base.span());
        let strips = strips(&abi, enumerate, base.span());
        // What `enumerate` is called on is an iterator itself, or it is not that of iterators.
        let iterated = match enumerate {
            Some(_) => base.to_token_stream(),
            None => quote_spanned!(at=> ::core::iter::IntoIterator::into_iter(#base)),
        };
        let private = |name| abi.private_at(name, at);
        let (site_type, course_type, next_type) = (private("Site"), private("Course"), private("Next"));
        let ExprForLoop { attrs, label, pat, body, .. } = plain;
        quote_spanned! {at=> {
            #warnings
            let #site = {
                static SITE: #site_type = #site_type::new();
                &SITE
            };
            let #options = #options_value;
            match #iterated {
                #iter => {
                    #checks
                    let mut #pilot = ::core::option::Option::None;
                    let mut #course = #course_type::new(#options, #site, &mut #pilot, #strips);
                    let mut #strip = #course_type::start(&mut #course);
                    #done: loop {
                        #strip_label: {
                            #(#attrs)*
                            #label loop {
                                match ::core::iter::Iterator::next(&mut #strip) {
                                    ::core::option::Option::Some(#item) => {
                                        let #pat = #item;
                                        // Without the semicolon, rustc finds the braces of a body on one line unnecessary.
                                        #body;
                                    }
                                    ::core::option::Option::None => break #strip_label,
                                }
                            }
                            #[allow(unreachable_code, reason = "a body without `break`")]
                            {
                                break #done;
                            }
                        }
                        let #team = match #course_type::go_on(&mut #course, #strip) {
                            #next_type::Plain(#next) => {
                                #strip = #next;
                                continue;
                            }
                            #next_type::Shared(#team) => #team,
                            #next_type::Over => break,
                        };
                        #[allow(
                            unused, unreachable_code, clippy::all, clippy::pedantic, clippy::nursery,
                            reason = "the same code, taken apart, stands above as it was written"
                        )]
                        #parallel
                    }
                }
            }
        }}
    }

    // Output: {
    //     let mut steps = unsafe { Team::run(team, |item| -> Flow<_, _> { let x = item; … }) };
    //     loop {
    //         let Some((gathered, mut chunk)) = Running::chunk(&mut steps) else {
    //             match Course::resume(&mut course, steps) {
    //                 Some(next) => { strip = next; continue 'done; }
    //                 None => break 'done,
    //             }
    //         };
    //         …gathered…
    //         'chunk: {
    //             loop {
    //                 match Iterator::next(&mut chunk) {
    //                     Some(step) => { … }
    //                     None => break 'chunk,
    //                 }
    //             }
    //             break 'done;
    //         }
    //     }
    // }
    //
    // The inner loop calls nothing but what the in-order part does, so that an optimiser keeps in registers what that changes. In
    // memory it would often share a cache line with what workers read.
    fn parallel(&mut self, plan: &LoopPlan, split: &Split, abi: &Abi, done: &Lifetime) -> TokenStream {
        let ExprForLoop { label, pat, .. } = &plan.written;
        let Split { items, return_in_order, .. } = split;
        let source = plan.source().base.span();
        let around = Around { abi, label: label.as_ref(), return_in_order: *return_in_order, is_remote: false };
        let (at, step) = (names::at(source), names::local("step"));
        let local = |name| names::local_at(name, source);
        let (course, strip, team, next) = (local("course"), local("strip"), local("team"), local("next"));
        let (steps, chunk, chunk_label) = (local("steps"), local("chunk"), self.label("chunk"));

        let private = |name| abi.private_at(name, at);
        let (course_type, team_type, running) = (private("Course"), private("Team"), private("Running"));
        let gather = Gather::of(plan, split, abi, source);
        let (closure, in_order) = self.without_return(|this| parts::parts(split, pat, around, gather, this));
        let captures = captures(split, abi);
        let (opened, run) = (gather.opened(&team), gather.run(&team, &closure, source));
        let (gathered, landed) = (gather.gathered(), gather.landed());
        quote_spanned! {at=> {
            #(#items)*
            #captures
            #opened
            let mut #steps = unsafe { #team_type::#run };
            loop {
                let ::core::option::Option::Some((#gathered, mut #chunk)) = #running::chunk(&mut #steps) else {
                    match #course_type::resume(&mut #course, #steps) {
                        ::core::option::Option::Some(#next) => {
                            #strip = #next;
                            continue #done;
                        }
                        ::core::option::Option::None => break #done,
                    }
                };
                #landed
                #chunk_label: {
                    #label loop {
                        match ::core::iter::Iterator::next(&mut #chunk) {
                            ::core::option::Option::Some(#step) => { #in_order }
                            ::core::option::Option::None => break #chunk_label,
                        }
                    }
                    break #done;
                }
            }
        }}
    }

    /// A label that no other planned loop in the function has.
    fn label(&mut self, name: &str) -> Lifetime {
        self.n_labels += 1;
        Lifetime::new(&format!("'__{name}{}", self.n_labels), Span::mixed_site())
    }
}

// Output: items(&iter); source_may_be_left(…);
fn checks(split: &Split, abi: &Abi, source: Span) -> TokenStream {
    let at = names::at(source);
    let (iter, items) = (names::local_at("iter", source), abi.private_at("items", at));
    let may_be_left = may_be_left(split, abi, source);
    quote_spanned! {at=>
        #items(&#iter);
        #may_be_left
    }
}

// Output: capture(&a); capture(&b.field);
fn captures(split: &Split, abi: &Abi) -> TokenStream {
    let captures = split.captures.iter().filter(|capture| !capture.is_doubtful);
    let captures = captures.map(|Capture { name, fields, .. }| {
        let span = names::at(name.span());
        let capture = abi.private_at("capture", span);
        let fields = fields.iter().map(|field| match field.parse() {
            Ok(number) => Member::Unnamed(Index { index: number, span }),
            Err(_) => Member::Named(names::written(field, span)),
        });
        quote_spanned!(span=> #capture(&#name #(.#fields)*);)
    });
    captures.collect()
}

// Output: { source_may_be_left(…); items_may_be_left(…); }
pub(super) fn may_be_left(split: &Split, abi: &Abi, source: Span) -> Option<TokenStream> {
    let at = names::at(source);
    let iter = names::local_at("iter", source);
    split.may_be_left.then(|| {
        let private = |name| abi.private_at(name, at);
        let (any, borrowed, second) = (private("AnyTrace"), private("BorrowedSource"), private("BorrowedSecond"));
        let (first, item) = (private("MutFirst"), private("MutItem"));
        let (source_may, items_may, probe) =
            (private("source_may_be_left"), private("items_may_be_left"), private("Probe"));
        quote_spanned! {at=>
            {
                use {#any as _, #borrowed as _, #second as _, #first as _, #item as _};
                #source_may((&&&#probe::of(&#iter)).traces());
                #items_may((&&&#probe::item(&#iter)).changes());
            }
        }
    })
}

/// What the loop's iterator becomes for the runtime. `enumerate` is how the user has its items counted.
// Output: (&&Probe::of(&iter)).how().strips(iter)
// or:     (&&Probe::of(&iter)).how().enumerated(iter, |iter| iter.enumerate())
fn strips(abi: &Abi, enumerate: Option<Span>, source: Span) -> TokenStream {
    let at = names::at(source);
    let iter = names::local_at("iter", source);
    let private = |name| abi.private_at(name, at);
    let (any, splittable, probe) = (private("AnySource"), private("SplittableSource"), private("Probe"));
    let strips = match enumerate {
        Some(span) => {
            let enumerate = Ident::new("enumerate", span);
            quote_spanned!(at=> enumerated(#iter, |#iter| #iter.#enumerate()))
        }
        None => quote_spanned!(at=> strips(#iter)),
    };
    quote_spanned! {at=> {
        #[allow(unused_imports, reason = "which of the two it takes depends on the iterator")]
        use {#any as _, #splittable as _};
        (&&#probe::of(&#iter)).how().#strips
    }}
}
