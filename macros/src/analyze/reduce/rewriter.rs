//! Lets chunks fold what statements fold into a variable.

use super::fault::{Fault, Wrong};
use super::originals::Originals;
use super::recognise::{Found, recognise};
use crate::analyze::scope::plan_number;
use crate::analyze::uses;
use crate::model::reduction::{Reduced, Reduction, Shape};
use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Expr, ExprForLoop, Label};

/// Replaces reductions by calls on the partial results.
pub(super) struct Rewriter<'a> {
    pub(super) reductions: &'a [Reduction],
    pub(super) sites: Vec<Sites>,
    pub(super) faults: Vec<Fault>,
    pub(super) originals: Originals,
    pub(super) label: Option<&'a Label>,
}

/// The statements that change one variable.
pub(super) struct Sites {
    pub(super) index: usize,
    pub(super) partial: Ident,
    mentions: Vec<Ident>,
    pub(super) shape: Option<Shape>,
}

impl Sites {
    pub(super) fn new(index: usize, reduction: &Reduction) -> Self {
        let partial = names::numbered("partial", index);
        Self { index, partial, mentions: vec![reduction.name.clone()], shape: None }
    }

    pub(super) fn reduced(self) -> Option<Reduced> {
        let Self { partial, mentions, shape, .. } = self;
        Some(Reduced { partial, mentions, shape: shape? })
    }
}

impl VisitMut for Rewriter<'_> {
    // These may copy the variable, or run elsewhere, so what they say of it is none of ours.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}

    fn visit_expr_for_loop_mut(&mut self, inner: &mut ExprForLoop) {
        // An annotated loop of its own expands its body by itself.
        if plan_number(&inner.attrs).is_none() {
            visit_mut::visit_expr_for_loop_mut(self, inner);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        for number in 0..self.sites.len() {
            let reduction = &self.reductions[self.sites[number].index];
            match recognise(expr, reduction) {
                None => {}
                Some(Err(wrong)) => return self.faults.push(Fault::new(expr.span(), reduction, wrong)),
                Some(Ok(found)) => {
                    let partial = self.sites[number].partial.clone();
                    self.originals.keep(partial, expr);
                    *expr = self.replaced(number, expr.span(), found);
                    return;
                }
            }
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

impl Rewriter<'_> {
    // Input:  total += f(x)
    // Output: partial0.update(f(x), |a, b| *a += b)
    fn replaced(&mut self, number: usize, span: Span, found: Found) -> Expr {
        let Found { mention, shape, mut elements } = found;
        let reduction = &self.reductions[self.sites[number].index];
        if self.sites[number].shape.as_ref().is_some_and(|first| first.side() != shape.side()) {
            self.faults.push(Fault::new(mention.span(), reduction, Wrong::BothSides));
        }
        let ties = |shape: &Shape| shape.keeps_last(&reduction.operator);
        if self.sites[number].shape.as_ref().is_some_and(|first| ties(first) != ties(&shape)) {
            self.faults.push(Fault::new(mention.span(), reduction, Wrong::OtherTies));
        }
        if let Shape::Lazy(_) = shape {
            for element in &elements {
                let facts = uses::of_expr(element, self.label);
                let exit = facts.exits.first().map(|exit| exit.span);
                if let Some(span) = exit.or_else(|| facts.hidden_exits.first().map(|(span, _)| *span)) {
                    self.faults.push(Fault::new(span, reduction, Wrong::Exit));
                }
            }
        }
        elements.iter_mut().for_each(|element| self.visit_expr_mut(element));

        let site = &mut self.sites[number];
        let partial = &site.partial;
        let at = names::at(span);
        let method = Ident::new(shape.method(), at);
        let closure = shape.closure(span);
        let calls: Vec<TokenStream> = elements
            .iter()
            .map(|element| match shape {
                Shape::Lazy(BinOp::BitAndAssign(_)) => {
                    quote_spanned!(at=> if #partial.is_open(false) { #partial.#method(#element, #closure) })
                }
                Shape::Lazy(_) => {
                    quote_spanned!(at=> if #partial.is_open(true) { #partial.#method(#element, #closure) })
                }
                _ => quote_spanned!(at=> #partial.#method(#element, #closure)),
            })
            .collect();
        site.mentions.push(mention);
        site.shape.get_or_insert(shape);
        let tokens = match calls.as_slice() {
            [one] => quote!(#one),
            several => quote!({ #(#several;)* }),
        };
        syn::parse2(tokens).expect("a call on a partial result is an expression")
    }
}
