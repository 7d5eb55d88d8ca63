//! What `#[concurrent]` stands on.

use crate::diag::catalog;
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, ItemFn, Token, TraitItemFn};

/// What `#[concurrent]` stands on, if it is something that can be annotated.
pub(crate) fn parse(item: TokenStream) -> syn::Result<ItemFn> {
    let error = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => return Ok(function),
        Err(error) => error,
    };
    if let Ok(function) = syn::parse2::<TraitItemFn>(item.clone()) {
        return Err(syn::Error::new_spanned(&function.sig.ident, catalog::no_body()));
    }
    if let Ok(Loop(expr)) = syn::parse2::<Loop>(item.clone()) {
        return Err(match &expr {
            Expr::While(other) => syn::Error::new(other.while_token.span, catalog::not_a_for_loop("while")),
            Expr::Loop(other) => syn::Error::new(other.loop_token.span, catalog::not_a_for_loop("loop")),
            Expr::ForLoop(written) => syn::Error::new(written.for_token.span, catalog::loop_without_function()),
            _ => error,
        });
    }
    match syn::parse2::<syn::Item>(item) {
        Ok(other) => Err(other_item(&other).unwrap_or(error)),
        Err(_) => Err(error),
    }
}

/// A loop as a statement, as the bare `#[concurrent] for …` hands it to us.
struct Loop(Expr);

impl Parse for Loop {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let expr: Expr = input.parse()?;
        input.parse::<Option<Token![;]>>()?;
        match expr {
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => Ok(Self(expr)),
            _ => Err(input.error("not a loop")),
        }
    }
}

/// The error about an item that is no function, at its keyword.
fn other_item(item: &syn::Item) -> Option<syn::Error> {
    let (span, kind) = match item {
        syn::Item::Impl(item) => (item.impl_token.span, "an `impl` block"),
        syn::Item::Mod(item) => (item.mod_token.span, "a module"),
        syn::Item::Struct(item) => (item.struct_token.span, "a type"),
        syn::Item::Enum(item) => (item.enum_token.span, "a type"),
        syn::Item::Union(item) => (item.union_token.span, "a type"),
        syn::Item::Trait(item) => (item.trait_token.span, "a trait"),
        syn::Item::Fn(_) => return None,
        other => (other.span(), "this item"),
    };
    Some(syn::Error::new(span, catalog::not_a_function(kind)))
}
