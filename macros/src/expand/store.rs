//! What a loop has more than others whose results all go to one place: they are put there by the closure, chunk by chunk.

use crate::abi::Abi;
use crate::model::stored::Stored;
use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Lifetime;

/// The place, and what is put there.
#[derive(Clone, Copy)]
pub(super) struct Store<'a> {
    stored: &'a Stored,
    abi: &'a Abi,
    source: Span,
}

impl<'a> Store<'a> {
    pub(super) fn of(stored: &'a Stored, abi: &'a Abi, source: Span) -> Self {
        Self { stored, abi, source }
    }

    // Output: let how = { use {…}; (&&Probe::place(&mut out)).stores() };
    //         let store = how.open(&mut out, &team);
    pub(super) fn opened(&self, team: &Ident) -> TokenStream {
        let at = names::at(self.source);
        let local = |name| names::local_at(name, self.source);
        let (how, store, place) = (local("how"), local("store"), self.place());
        let private = |name| self.abi.private_at(name, at);
        let (any, vector, probe) = (private("AnyPlace"), private("VectorPlace"), private("Probe"));
        quote_spanned! {at=>
            let #how = {
                use {#any as _, #vector as _};
                (&&#probe::place(#place)).stores()
            };
            let #store = #how.open(#place, &#team);
        }
    }

    // Output: chunk.put(h0);
    pub(super) fn put(&self) -> TokenStream {
        let Stored { value, .. } = self.stored;
        let (at, chunk) = (names::at(value.span()), names::local("chunk"));
        let stored = self.abi.private_at("Stored", at);
        quote_spanned!(at=> #stored::put(#chunk, #value);)
    }

    // Output: let step = match step {
    //     Given::Chunk(chunk) => { how.land(chunk, &mut out, |place, value| { place.push(value); }); continue; }
    //     Given::Step(step) => step,
    // };
    pub(super) fn landed(&self, step: &Ident, label: Option<&Lifetime>) -> TokenStream {
        let given = self.abi.private("Given");
        let (how, chunk) = (names::local_at("how", self.source), names::local("chunk"));
        let Stored { value, method, .. } = self.stored;
        let (place, at) = (self.place(), names::at(method.span()));
        let (within, value) = (names::local_at("place", method.span()), names::local_at("value", value.span()));
        let push = quote_spanned!(at=> |#within, #value| { #within.#method(#value); });
        quote! {
            let #step = match #step {
                #given::Chunk(#chunk) => {
                    #how.land(#chunk, #place, #push);
                    continue #label;
                }
                #given::Step(#step) => #step,
            };
        }
    }

    // Output: &mut out
    fn place(&self) -> TokenStream {
        let Stored { place, is_reference, .. } = self.stored;
        if *is_reference { quote!(&mut *#place) } else { quote!(&mut #place) }
    }
}
