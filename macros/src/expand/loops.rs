//! An annotated loop, as the loop that it was and, beside it, as its two parts.

use super::exits::{Around, Exits};
use super::options;
use super::reduce::Reductions;
use crate::abi::Abi;
use crate::analyze::patterns;
use crate::analyze::scope::plan_number;
use crate::model::loop_plan::{Capture, Crossing, LoopPlan, LoopSource, Segment, Split, Turn};
use crate::names;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprForLoop, Index, ItemFn, Member, Pat, Stmt};

/// The function with its planned loops replaced.
pub(crate) fn function(mut function: ItemFn, plans: &BTreeMap<usize, LoopPlan>) -> TokenStream {
    Expander { plans }.visit_block_mut(&mut function.block);
    function.into_token_stream()
}

/// Replaces planned loops, also those within the parts of others.
struct Expander<'a> {
    plans: &'a BTreeMap<usize, LoopPlan>,
}

impl VisitMut for Expander<'_> {
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::ForLoop(inner) = expr
            && let Some(plan) = plan_number(&inner.attrs).and_then(|number| self.plans.get(&number))
        {
            *expr = syn::parse2(self.planned(plan)).expect("an expanded loop is a block");
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

impl Expander<'_> {
    fn expanded<T: Clone>(&mut self, written: &T, visit: impl FnOnce(&mut Self, &mut T)) -> T {
        let mut expanded = written.clone();
        visit(self, &mut expanded);
        expanded
    }

    // Input:  for x in source { body }
    // Output: {
    //     let site = { static SITE: Site = Site::new(); &SITE };
    //     let options = LoopOptions::new()….checked();
    //     match IntoIterator::into_iter(source) {
    //         iter => match options.plan(site, &iter) {
    //             Plan::Plain(_watch) => for x in iter { body }
    //             Plan::Parallel(team) => { … }
    //         },
    //     }
    // }
    fn planned(&mut self, plan: &LoopPlan) -> TokenStream {
        let abi = Abi::new(plan.options.krate.as_ref());
        let mut plain = self.expanded(&plan.written, |this, written| this.visit_block_mut(&mut written.body));
        let may_be_left = plan.split.as_ref().is_some_and(|split| split.may_be_left);
        let reduces = plan.split.is_some() && !plan.reduced.is_empty();
        let options_value = options::of_loop(&plan.options, may_be_left, reduces, &abi);
        let Some(split) = &plan.split else {
            self.visit_expr_mut(&mut plain.expr);
            return quote!({ let _ = #options_value; #plain });
        };

        let LoopSource { base, enumerate } = plan.source();
        let base = self.expanded(base, |this, base| this.visit_expr_mut(base));
        // What is generated around the body stands at the source, which most errors about it are about.
        let at = names::at(base.span());
        let local = |name| names::local_at(name, base.span());
        let (iter, site, options, watch, team) =
            (local("iter"), local("site"), local("options"), local("watch"), local("team"));
        let enumerated = enumerate.map(|span| {
            let name = Ident::new("enumerate", span);
            quote!(.#name())
        });
        plain.expr = syn::parse_quote!(#iter #enumerated);

        let parallel = self.parallel(plan, split, &abi, enumerate.is_some(), base.span());
        let (site_type, plan_type) = (abi.private_at("Site", at), abi.private_at("Plan", at));
        quote_spanned! {at=> {
            let #site = {
                static SITE: #site_type = #site_type::new();
                &SITE
            };
            let #options = #options_value;
            match ::core::iter::IntoIterator::into_iter(#base) {
                #iter => match #options.plan(#site, &#iter) {
                    #plan_type::Plain(#watch) => #plain
                    #[allow(
                        unused, unreachable_code, clippy::all, clippy::pedantic, clippy::nursery,
                        reason = "the same code, taken apart, stands above as it was written"
                    )]
                    #plan_type::Parallel(#team) => #parallel
                },
            }
        }}
    }

    // Output: {
    //     let part = part(input, |item| -> Flow<_, _> { let x = item; … });
    //     for step in unsafe { team.run(part) } { … }
    // }
    fn parallel(
        &mut self,
        plan: &LoopPlan,
        split: &Split,
        abi: &Abi,
        is_enumerated: bool,
        source: Span,
    ) -> TokenStream {
        let ExprForLoop { label, pat, .. } = &plan.written;
        let Split { turns, items, return_in_order, .. } = split;
        let around = Around { abi, label: label.as_ref(), return_in_order: *return_in_order };
        let (at, item, step) = (names::at(source), names::local("item"), local_step());
        let (part, team) = (names::local_at("part", source), names::local_at("team", source));

        let pieces = self.pieces(turns, pat, around);
        let reductions = (!plan.reduced.is_empty()).then(|| Reductions {
            reduced: &plan.reduced,
            has_steps: turns.len() > 1 || !pieces[0].segment.crossing.is_empty(),
            has_pieces: pieces.len() > 1,
            abi,
            source,
        });
        let opened = reductions.map(|reductions| reductions.opened());
        let closure = closure(&pieces, quote!(#opened let #pat = #item;), reductions, abi);
        let in_order = self.in_order(turns, &pieces, around);
        let checks = checks(split, abi, source);
        let input = input(abi, is_enumerated, source);
        if let Some(reductions) = reductions {
            let (make_part, chunk) = (abi.private_at("part_reducing", at), names::local("chunk"));
            let (types, landed) =
                (reductions.types(), reductions.landed(&step, label.as_ref().map(|label| &label.name)));
            return quote_spanned! {at=> {
                #(#items)*
                #checks
                let #part = #make_part(#input, #types, |#chunk, #item| #closure);
                #label for #step in unsafe { #team.run_reducing(#part) } {
                    #landed
                    #in_order
                }
            }};
        }
        let make_part = abi.private_at("part", at);
        quote_spanned! {at=> {
            #(#items)*
            #checks
            let #part = #make_part(#input, |#item| #closure);
            #label for #step in unsafe { #team.run(#part) } {
                #in_order
            }
        }}
    }

    /// The parallel turns, with their inner loops expanded and their exits rewritten.
    fn pieces<'a>(&mut self, turns: &'a [Turn], pat: &Pat, around: Around<'_>) -> Vec<Piece<'a>> {
        let mut bound: Vec<String> = patterns::bound_names(pat).into_iter().map(|(name, _)| name.to_string()).collect();
        let segments = turns.iter().filter_map(|turn| match turn {
            Turn::Parallel(segment) => Some(segment),
            Turn::InOrder(_) => None,
        });
        let pieces = segments.map(|segment| {
            let mut stmts = self.expanded_stmts(&segment.stmts);
            let mut exits = Exits::default();
            exits.rewrite(&mut stmts, around, &mut bound);
            Piece { segment, stmts, exits }
        });
        pieces.collect()
    }

    /// The in-order part: each parallel turn lands at its place, then the statements behind it follow.
    fn in_order(&mut self, turns: &[Turn], pieces: &[Piece<'_>], around: Around<'_>) -> TokenStream {
        let mut out = TokenStream::new();
        let mut landings: Vec<(&Ident, TokenStream)> = Vec::new();
        let mut n_landed = 0;
        for turn in turns {
            match turn {
                Turn::Parallel(segment) => {
                    let step = if n_landed == 0 { local_step() } else { landing(n_landed) };
                    let values = pieces[n_landed].exits.honour(&step, around);
                    n_landed += 1;
                    let rest = (n_landed < pieces.len()).then(|| names::numbered("rest", n_landed));
                    let crossed = segment.crossing.iter().map(|Crossing { name, is_mut, .. }| {
                        let mutability = is_mut.then(|| quote!(mut));
                        quote!(#mutability #name)
                    });
                    let crossed = quote!(#(#crossed,)*);
                    match &segment.lands_at {
                        None => {
                            let rest = rest.map(|rest| quote!(#rest,));
                            let replayed = &segment.replayed;
                            out.extend(quote!(let (#crossed #rest) = #values; #(#replayed)*));
                        }
                        Some(placeholder) => {
                            out.extend(rest.as_ref().map(|rest| quote!(let #rest;)));
                            let landed = match rest {
                                Some(rest) => {
                                    let next = names::local("next");
                                    quote!({ let (#crossed #next,) = #values; #rest = #next; #placeholder })
                                }
                                None => quote!({ let (#crossed) = #values; #placeholder }),
                            };
                            landings.push((placeholder, landed));
                        }
                    }
                }
                Turn::InOrder(stmts) => {
                    let stmts = self.expanded_stmts(stmts);
                    out.extend(land_within(quote!(#(#stmts)*), &landings));
                }
            }
        }
        out
    }

    /// The statements with the planned loops in them replaced.
    fn expanded_stmts(&mut self, written: &[Stmt]) -> Vec<Stmt> {
        let mut stmts = written.to_vec();
        stmts.iter_mut().for_each(|stmt| self.visit_stmt_mut(stmt));
        stmts
    }
}

/// A parallel turn on its way to tokens.
struct Piece<'a> {
    segment: &'a Segment,
    stmts: Vec<Stmt>,
    exits: Exits,
}

// Input:  the turns `let y = f(x);` and, behind an in-order statement, `let z = g(&y);`
// Output: -> Flow<_, Never> {
//     let x = item;
//     let y = f(x);
//     let rest1 = segment(|| -> Flow<_, Never> { let z = g(&y); Flow::Next((z,)) });
//     Flow::Next((y, rest1,))
// }
fn closure(pieces: &[Piece<'_>], first: TokenStream, reductions: Option<Reductions<'_>>, abi: &Abi) -> TokenStream {
    let (flow, segment) = (abi.private("Flow"), abi.private("segment"));
    let mut inner: Option<TokenStream> = None;
    for (number, piece) in pieces.iter().enumerate().rev() {
        let rest = names::numbered("rest", number + 1);
        let look_at = reductions.map(|reductions| reductions.look_at(&rest));
        let run_rest = inner.take().map(|inner| quote!(let #rest = #segment(|| #inner); #look_at));
        let give_rest = run_rest.is_some().then(|| quote!(#rest,));
        let flow_type = piece.exits.flow_type(abi);
        let stmts = &piece.stmts;
        let crossing = piece.segment.crossing.iter().map(|Crossing { name, is_copied, .. }| {
            let at = names::at(name.span());
            let cross = abi.private_at(if *is_copied { "cross_copy" } else { "cross" }, at);
            quote_spanned!(at=> #cross(#name),)
        });
        let first = (number == 0).then_some(&first);
        inner = Some(quote!(-> #flow_type {
            #first
            #(#stmts)*
            #run_rest
            #flow::Next((#(#crossing)* #give_rest))
        }));
    }
    inner.expect("the first turn is parallel")
}

fn local_step() -> TokenStream {
    names::local("step").into_token_stream()
}

/// The result of the piece with that number, when the in-order statements before it have run.
fn landing(number: usize) -> TokenStream {
    let rest = names::numbered("rest", number);
    quote!(#rest.land())
}

/// `tokens` with each placeholder replaced by what lands there.
fn land_within(tokens: TokenStream, landings: &[(&Ident, TokenStream)]) -> TokenStream {
    if landings.is_empty() {
        return tokens;
    }
    let land = |token| match token {
        TokenTree::Ident(ident) => match landings.iter().find(|(placeholder, _)| **placeholder == ident) {
            Some((_, landed)) => landed.clone(),
            None => ident.into_token_stream(),
        },
        TokenTree::Group(group) => {
            let mut landed = Group::new(group.delimiter(), land_within(group.stream(), landings));
            landed.set_span(group.span());
            landed.into_token_stream()
        }
        token => token.into_token_stream(),
    };
    tokens.into_iter().map(land).collect()
}

// Output: items(&iter); capture(&a); source_may_be_left(…);
fn checks(split: &Split, abi: &Abi, source: Span) -> TokenStream {
    let at = names::at(source);
    let iter = names::local_at("iter", source);
    let items = abi.private_at("items", at);
    let captures = split.captures.iter().map(|Capture { name, fields }| {
        let span = names::at(name.span());
        let capture = abi.private_at("capture", span);
        let fields = fields.iter().map(|field| match field.parse() {
            Ok(number) => Member::Unnamed(Index { index: number, span }),
            Err(_) => Member::Named(names::written(field, span)),
        });
        quote_spanned!(span=> #capture(&#name #(.#fields)*);)
    });
    let may_be_left = split.may_be_left.then(|| {
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
    });
    quote_spanned! {at=>
        #items(&#iter);
        #(#captures)*
        #may_be_left
    }
}

/// What the loop's iterator becomes for the runtime.
fn input(abi: &Abi, is_enumerated: bool, source: Span) -> TokenStream {
    let at = names::at(source);
    let iter = names::local_at("iter", source);
    let private = |name| abi.private_at(name, at);
    let (any, splittable, probe) = (private("AnySource"), private("SplittableSource"), private("Probe"));
    let method = Ident::new(if is_enumerated { "enumerated" } else { "input" }, at);
    quote_spanned! {at=> {
        use {#any as _, #splittable as _};
        (&&#probe::of(&#iter)).how().#method(#iter)
    }}
}
