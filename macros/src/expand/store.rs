//! What a loop has more than others that does nothing in order but push: chunks collect what is pushed, for each place.

use crate::abi::Abi;
use crate::model::stored::Stored;
use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The places.
#[derive(Clone, Copy)]
pub(super) struct Store<'a> {
    stored: &'a [Stored],
    abi: &'a Abi,
    source: Span,
}

impl<'a> Store<'a> {
    pub(super) fn of(stored: &'a [Stored], abi: &'a Abi, source: Span) -> Self {
        Self { stored, abi, source }
    }

    // Output: let how0 = { use {…}; (&&Probe::place(&mut out)).stores() };
    //         let store0 = how0.open(&mut out, &team);     // or how0.open_apart(&mut out);
    pub(super) fn opened(&self, team: &Ident) -> TokenStream {
        let at = names::at(self.source);
        let opened = self.stored.iter().enumerate().map(|(number, stored)| {
            let (how, store) = (self.numbered("how", number), self.numbered("store", number));
            let (probed, place) = (probed(stored, self.abi, at), borrowed(stored));
            let open = if stored.is_one_each {
                quote_spanned!(at=> open(#place, &#team))
            } else {
                quote_spanned!(at=> open_apart(#place))
            };
            quote_spanned! {at=>
                let #how = #probed;
                let #store = #how.#open;
            }
        });
        opened.collect()
    }

    // Output: (store0, store1)
    pub(super) fn stores(&self) -> TokenStream {
        self.paired(|number, _| self.numbered("store", number))
    }

    // Output: (collected0, collected1)
    pub(super) fn collected(&self) -> TokenStream {
        self.paired(|_, stored| stored.chunk.clone())
    }

    // Output: how0.land(collected0, &mut out, |place, value| { place.push(value); });
    //         how1.land(…);
    pub(super) fn landed(&self) -> TokenStream {
        let landed = self.stored.iter().enumerate().map(|(number, stored)| {
            let (how, chunk, place) = (self.numbered("how", number), &stored.chunk, borrowed(stored));
            let span = stored.method.span();
            let (within, value, push) =
                (names::local_at("place", span), names::local_at("value", span), Ident::new("push", span));
            let push = quote_spanned!(names::at(span)=> |#within, #value| { #within.#push(#value); });
            quote!(#how.land(#chunk, #place, #push);)
        });
        landed.collect()
    }

    // Output: ((a, b), c)
    fn paired(&self, name: impl Fn(usize, &Stored) -> Ident) -> TokenStream {
        let names = self.stored.iter().enumerate().map(|(number, stored)| {
            let name = name(number, stored);
            quote!(#name)
        });
        names.reduce(|first, second| quote!((#first, #second))).expect("there is a place")
    }

    fn numbered(&self, name: &str, number: usize) -> Ident {
        format_ident!("__{name}{number}", span = names::at(self.source))
    }
}

/// What has to hold if a loop that pushes is to be shared: nobody can tell in which order several places are pushed to, or
/// whether `extend` is one push after the other; and statements that name one place mean the same.
// Output: { use {…}; (&&Probe::place(&mut out)).stores() }.is_vector() && … && is_one_place([&out, &out]) && …
pub(super) fn may_be_shared(stored: &[Stored], abi: &Abi, source: Span) -> Option<TokenStream> {
    let at = names::at(source);
    let any_push = matches!(stored, [Stored { is_one_push: true, .. }]);
    let are_vectors = stored.iter().filter(|_| !any_push).map(|stored| {
        let probed = probed(stored, abi, at);
        quote_spanned!(at=> #probed.is_vector())
    });
    let are_one = stored.iter().filter(|stored| stored.mentions.len() > 1).map(|Stored { mentions, .. }| {
        let is_one_place = abi.private_at("is_one_place", at);
        quote_spanned!(at=> #is_one_place([#(&#mentions),*]))
    });
    let conditions: Vec<TokenStream> = are_vectors.chain(are_one).collect();
    (!conditions.is_empty()).then(|| quote_spanned!(at=> #(#conditions)&&*))
}

fn probed(stored: &Stored, abi: &Abi, at: Span) -> TokenStream {
    let private = |name| abi.private_at(name, at);
    let (any, vector, probe) = (private("AnyPlace"), private("VectorPlace"), private("Probe"));
    let place = borrowed(stored);
    quote_spanned! {at=> {
        #[allow(unused_imports, reason = "which of the two it takes depends on the place")]
        use {#any as _, #vector as _};
        (&&#probe::place(#place)).stores()
    }}
}

// Output: &mut out
fn borrowed(stored: &Stored) -> TokenStream {
    let place = stored.place();
    if stored.is_reference { quote!(&mut *#place) } else { quote!(&mut #place) }
}
