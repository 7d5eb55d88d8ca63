//! Every path that generated code names, in one place.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{Ident, Path};

/// Where the runtime lives.
#[derive(Debug, Clone)]
pub(crate) struct Abi {
    krate: TokenStream,
}

impl Abi {
    /// `::concurrent_futures`, or the path that the user gave.
    pub(crate) fn new(krate: Option<&Path>) -> Self {
        let krate = krate.map_or_else(|| quote!(::concurrent_futures), |path| quote!(#path));
        Self { krate }
    }

    /// A public item of the runtime.
    pub(crate) fn public(&self, name: &str) -> TokenStream {
        let krate = &self.krate;
        let name = Ident::new(name, Span::mixed_site());
        quote!(#krate::#name)
    }

    /// An item for generated code only.
    pub(crate) fn private(&self, name: &str) -> TokenStream {
        self.private_at(name, Span::mixed_site())
    }

    /// The same, such that a type error about it is shown at `span`.
    pub(crate) fn private_at(&self, name: &str, span: Span) -> TokenStream {
        let krate = respanned(self.krate.clone(), span);
        let name = Ident::new(name, span);
        quote_spanned!(span=> #krate::__private::#name)
    }
}

/// The same tokens, all at `span`: rustc shows an error about mixed ones at the attribute.
pub(crate) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let respan = |token| {
        let mut token = match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), respanned(group.stream(), span)).into(),
            token => token,
        };
        token.set_span(span);
        token
    };
    tokens.into_iter().map(respan).collect()
}
