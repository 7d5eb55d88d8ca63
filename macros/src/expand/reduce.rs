//! What a loop with reductions has more than others: partial results that the closure folds into, and their way into the
//! variables.

use crate::abi::Abi;
use crate::model::loop_plan::{Split, Turn};
use crate::model::reduction::Reduced;
use crate::names;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// The reductions of one loop, which has some; or has nothing to do in order, so that nothing need be kept of an iteration.
#[derive(Clone, Copy)]
pub(super) struct Reductions<'a> {
    reduced: &'a [Reduced],
    /// Something is done in order for each iteration.
    has_steps: bool,
    /// The parallel part has pieces behind in-order statements, or in inner loops.
    pub(super) has_pieces: bool,
    abi: &'a Abi,
    source: Span,
}

impl<'a> Reductions<'a> {
    pub(super) fn of(reduced: &'a [Reduced], split: &Split, abi: &'a Abi, source: Span) -> Option<Self> {
        let has_steps = split.has_steps();
        (!reduced.is_empty() || !has_steps).then(|| Self {
            reduced,
            has_steps,
            has_pieces: split.turns[1..].iter().any(|turn| !matches!(turn, Turn::InOrder(_))),
            abi,
            source,
        })
    }

    // Output: partial([&sum, &sum], partial([&best, &best], and_steps()))
    pub(super) fn types(&self) -> TokenStream {
        let at = names::at(self.source);
        let end = self.abi.private_at(if self.has_steps { "and_steps" } else { "only_partials" }, at);
        self.reduced.iter().rev().fold(quote_spanned!(at=> #end()), |rest, Reduced { mentions, .. }| {
            let at = names::at(mentions[0].span());
            let partial = self.abi.private_at("partial", at);
            quote_spanned!(at=> #partial([#(&#mentions),*], #rest))
        })
    }

    // Output: let Chunk { partials: (partial0, (partial1, _)), has_ended, .. } = chunk;
    pub(super) fn opened(&self) -> TokenStream {
        let (chunk_type, chunk) = (self.abi.private("Chunk"), names::local("chunk"));
        let has_ended = self.has_pieces.then(|| {
            let has_ended = names::local("has_ended");
            quote!(has_ended: #has_ended,)
        });
        let partials = self.pattern();
        quote!(let #chunk_type { partials: #partials, #has_ended .. } = #chunk;)
    }

    // Output: look_at(has_ended, &ended);
    pub(super) fn look_at(&self) -> Option<TokenStream> {
        let look_at = self.abi.private("look_at");
        let (has_ended, ended) = (names::local("has_ended"), names::local("ended"));
        self.has_pieces.then(|| quote!(#look_at(#has_ended, &#ended);))
    }

    // Output: Chunk { partials: (partial0, (partial1, _)), .. }
    pub(super) fn gathered(&self) -> TokenStream {
        let (chunk, partials) = (self.abi.private("Chunk"), self.pattern());
        quote!(#chunk { partials: #partials, .. })
    }

    // Output: partial0.update_into(&mut sum, |a, b| *a += b);
    pub(super) fn landed(&self) -> TokenStream {
        let into = self.reduced.iter().map(|Reduced { partial, mentions, shape }| {
            let name = &mentions[1];
            let at = names::at(name.span());
            let closure = shape.closure(name.span());
            if shape.is_update() {
                quote_spanned!(at=> #partial.update_into(&mut #name, #closure);)
            } else {
                quote_spanned!(at=> #name = #partial.fold_into(#name, #closure);)
            }
        });
        into.collect()
    }

    // Output: (partial0, (partial1, _))
    fn pattern(&self) -> TokenStream {
        self.reduced.iter().rev().fold(quote!(_), |rest, Reduced { partial, .. }| quote!((#partial, #rest)))
    }
}
