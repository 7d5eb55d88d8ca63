//! What `#[concurrent]` stands on.

use crate::diag::catalog;
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
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
        let message = match &expr {
            Expr::ForLoop(_) => catalog::loop_without_function(),
            _ => catalog::not_a_for_loop("while"),
        };
        let keyword = item.into_iter().find(|token| matches!(token, proc_macro2::TokenTree::Ident(_)));
        return Err(syn::Error::new_spanned(keyword, message));
    }
    if let Ok(other) = syn::parse2::<syn::Item>(item.clone()) {
        return Err(match kind(&other) {
            Some(kind) => syn::Error::new_spanned(first_token(&item), catalog::not_a_function(kind)),
            None => error,
        });
    }
    Err(error)
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

fn kind(item: &syn::Item) -> Option<&'static str> {
    Some(match item {
        syn::Item::Impl(_) => "an `impl` block",
        syn::Item::Mod(_) => "a module",
        syn::Item::Struct(_) | syn::Item::Enum(_) | syn::Item::Union(_) => "a type",
        syn::Item::Trait(_) => "a trait",
        syn::Item::Fn(_) => return None,
        _ => "this item",
    })
}

fn first_token(tokens: &TokenStream) -> Option<proc_macro2::TokenTree> {
    tokens.clone().into_iter().next()
}
