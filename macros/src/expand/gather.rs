//! What the chunks of a loop gather while they run, beside what crosses for each iteration.

use super::reduce::Reductions;
use super::store::Store;
use crate::abi::Abi;
use crate::model::loop_plan::{LoopPlan, Split};
use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

#[derive(Clone, Copy)]
pub(super) enum Gather<'a> {
    /// Nothing.
    Nothing,
    /// Nothing either, and nothing is done in order but to leave the loop.
    Exits,
    /// Partial results.
    Partials(Reductions<'a>),
    /// What is pushed.
    Stored(Store<'a>),
}

impl<'a> Gather<'a> {
    pub(super) fn of(plan: &'a LoopPlan, split: &Split, abi: &'a Abi, source: Span) -> Self {
        if !plan.stored.is_empty() {
            return Self::Stored(Store::of(&plan.stored, abi, source));
        }
        let otherwise = if split.has_steps() { Self::Nothing } else { Self::Exits };
        Reductions::of(&plan.reduced, split, abi, source).map_or(otherwise, Self::Partials)
    }

    /// Whether somebody has to know which piece of an iteration ended the loop.
    pub(super) fn has_pieces(&self) -> bool {
        matches!(self, Self::Partials(reductions) if reductions.has_pieces)
    }

    /// What the closure does first.
    pub(super) fn first(&self) -> Option<TokenStream> {
        match self {
            Self::Partials(reductions) => Some(reductions.opened()),
            Self::Nothing | Self::Exits | Self::Stored(_) => None,
        }
    }

    /// What the closure does last.
    pub(super) fn last(&self) -> Option<TokenStream> {
        match self {
            Self::Partials(reductions) => reductions.look_at(),
            Self::Nothing | Self::Exits | Self::Stored(_) => None,
        }
    }

    // Output: run(team, |item| …)
    // or:     run_apart(team, |item| …)
    // or:     run_reducing(team, partial(…), |chunk, item| …)
    // or:     run_storing(team, (store0, store1), |(collected0, collected1), item| …)
    pub(super) fn run(&self, team: &Ident, closure: &TokenStream, source: Span) -> TokenStream {
        let (at, chunk, item) = (names::at(source), names::local("chunk"), names::local("item"));
        match self {
            Self::Nothing => quote_spanned!(at=> run(#team, |#item| #closure)),
            Self::Exits => quote_spanned!(at=> run_apart(#team, |#item| #closure)),
            Self::Partials(reductions) => {
                let types = reductions.types();
                quote_spanned!(at=> run_reducing(#team, #types, |#chunk, #item| #closure))
            }
            Self::Stored(store) => {
                let (stores, collected) = (store.stores(), store.collected());
                quote_spanned!(at=> run_storing(#team, #stores, |#collected, #item| #closure))
            }
        }
    }

    /// What stands in front of the closure.
    pub(super) fn opened(&self, team: &Ident) -> Option<TokenStream> {
        match self {
            Self::Stored(store) => Some(store.opened(team)),
            Self::Nothing | Self::Exits | Self::Partials(_) => None,
        }
    }

    /// A pattern for what a chunk gathered.
    pub(super) fn gathered(&self) -> TokenStream {
        match self {
            Self::Nothing | Self::Exits => quote!(_),
            Self::Partials(reductions) => reductions.gathered(),
            Self::Stored(store) => store.collected(),
        }
    }

    /// What is done in order with that.
    pub(super) fn landed(&self) -> Option<TokenStream> {
        match self {
            Self::Nothing | Self::Exits => None,
            Self::Partials(reductions) => Some(reductions.landed()),
            Self::Stored(store) => Some(store.landed()),
        }
    }
}
