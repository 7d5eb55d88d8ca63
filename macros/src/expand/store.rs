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
    //         let store = how.open(&mut out, &team);     // or how.open_apart(&mut out);
    pub(super) fn opened(&self, team: &Ident) -> TokenStream {
        let at = names::at(self.source);
        let local = |name| names::local_at(name, self.source);
        let (how, store, place) = (local("how"), local("store"), self.place());
        let private = |name| self.abi.private_at(name, at);
        let open = match self.stored.is_one_each {
            true => quote_spanned!(at=> open(#place, &#team)),
            false => quote_spanned!(at=> open_apart(#place)),
        };
        let (any, vector, probe) = (private("AnyPlace"), private("VectorPlace"), private("Probe"));
        quote_spanned! {at=>
            let #how = {
                use {#any as _, #vector as _};
                (&&#probe::place(#place)).stores()
            };
            let #store = #how.#open;
        }
    }

    // Output: let step = match step {
    //     Given::Chunk(chunk) => { how.land(chunk, &mut out, |place, value| { place.push(value); }); continue; }
    //     Given::Step(step) => step,
    // };
    pub(super) fn landed(&self, step: &Ident, label: Option<&Lifetime>) -> TokenStream {
        let given = self.abi.private("Given");
        let (how, chunk) = (names::local_at("how", self.source), names::local("chunk"));
        let span = self.stored.method.span();
        let (place, at) = (self.place(), names::at(span));
        let (within, value, push) =
            (names::local_at("place", span), names::local_at("value", span), Ident::new("push", span));
        let push = quote_spanned!(at=> |#within, #value| { #within.#push(#value); });
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
