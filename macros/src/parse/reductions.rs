//! `reduce(+: total, max: best, my::combine: all)`.

use crate::diag::{Sink, catalog};
use crate::model::reduction::{Operator, Reduction};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Path, Token, parenthesized};

/// Reads what stands behind the key, and adds it to `reductions`.
pub(super) fn parse(
    key: &Ident,
    input: ParseStream<'_>,
    reductions: &mut Vec<Reduction>,
    sink: &mut Sink,
) -> syn::Result<()> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(key.span(), catalog::needs_reductions(key)));
    }
    let list;
    parenthesized!(list in input);
    if list.is_empty() {
        sink.error(key.span(), catalog::needs_reductions(key));
    }
    while !list.is_empty() {
        match one(key, &list, sink) {
            Ok(Some(found)) if reductions.iter().any(|known| known.name == found.name) => {
                sink.error(found.name.span(), catalog::reduced_twice(&found.name));
            }
            Ok(found) => reductions.extend(found),
            Err(error) => {
                sink.push(error);
                while !list.is_empty() && !list.peek(Token![,]) {
                    list.parse::<TokenTree>()?;
                }
            }
        }
        if !list.is_empty() && !list.peek(Token![,]) {
            let error = list.error(catalog::needs_reductions(key));
            list.parse::<TokenStream>()?;
            sink.push(error);
        }
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

/// `+: total`; `None` if the operator is unknown, which is reported.
fn one(key: &Ident, list: ParseStream<'_>, sink: &mut Sink) -> syn::Result<Option<Reduction>> {
    let (span, text, operator) = operator(list)?;
    if !list.peek(Token![:]) {
        return Err(match &operator {
            Some(Operator::Function(path)) if path.get_ident().is_some() => {
                syn::Error::new(span, catalog::needs_operator(&text))
            }
            _ => syn::Error::new(span, catalog::needs_reduced_name(&text)),
        });
    }
    list.parse::<Token![:]>()?;
    let at = list.span();
    let name: Ident = list.parse().map_err(|_| syn::Error::new(at, catalog::needs_reduced_name(&text)))?;
    if !list.is_empty() && !list.peek(Token![,]) {
        return Err(syn::Error::new(name.span(), catalog::needs_reduced_name(&text)));
    }
    let Some(operator) = operator else {
        sink.error(span, catalog::unknown_operator(&text, meant_by(&text)));
        return Ok(None);
    };
    Ok(Some(Reduction { operator, name, key: key.span(), is_of_function: false }))
}

/// What stands in front of the colon: where, how it is written, and what it means, if anything.
fn operator(list: ParseStream<'_>) -> syn::Result<(Span, String, Option<Operator>)> {
    if list.peek(syn::Ident)
        || list.peek(Token![::])
        || list.peek(Token![self])
        || list.peek(Token![crate])
        || list.peek(Token![super])
        || list.peek(Token![Self])
    {
        let path = list.call(Path::parse_mod_style)?;
        let span = path.segments.first().map_or_else(Span::call_site, |first| first.ident.span());
        let text = path.to_token_stream().to_string().replace(' ', "");
        let operator = match text.as_str() {
            "min" => Some(Operator::Min),
            "max" => Some(Operator::Max),
            // Followed by no colon it is a name without an operator.
            word if meant_by(word).is_some() && list.peek(Token![:]) => None,
            _ => Some(Operator::Function(path)),
        };
        return Ok((span, text, operator));
    }
    let span = list.span();
    let mut text = String::new();
    while !list.is_empty() && !list.peek(Token![:]) && !list.peek(Token![,]) && !list.peek(syn::Ident) {
        text.push_str(&list.parse::<TokenTree>()?.to_string());
    }
    let operator = match text.as_str() {
        "+" => Some(Operator::Add),
        "*" => Some(Operator::Multiply),
        "&" => Some(Operator::BitAnd),
        "|" => Some(Operator::BitOr),
        "^" => Some(Operator::BitXor),
        "&&" => Some(Operator::And),
        "||" => Some(Operator::Or),
        _ => None,
    };
    Ok((span, text, operator))
}

/// The operator that a word or sign probably stands for.
fn meant_by(text: &str) -> Option<&'static str> {
    Some(match text {
        "-" | "+=" | "-=" | "sum" | "add" | "plus" | "count" | "Add" => "+",
        "*=" | "mul" | "product" | "times" | "Mul" => "*",
        "minimum" | "Min" | "<" => "min",
        "maximum" | "Max" | ">" => "max",
        "and" | "all" | "&&=" => "&&",
        "or" | "any" | "||=" => "||",
        "xor" | "^=" => "^",
        "bitand" | "&=" => "&",
        "bitor" | "|=" => "|",
        _ => return None,
    })
}
