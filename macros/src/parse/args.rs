//! The options between the parentheses of `#[concurrent(…)]`.

use super::reductions;
use crate::diag::{Sink, catalog};
use crate::model::options::{Keyed, Mode, Options};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token, parenthesized};

/// Every key that means something, for proposals.
const KEYS: [&str; 14] = [
    "mode",
    "workers",
    "chunksize",
    "buffersize",
    "pool",
    "timeout",
    "retries",
    "max_tasks_per_child",
    "unordered",
    "task",
    "shared",
    "reduce",
    "explain",
    "crate",
];

/// Reads the options of a function's attribute or of a mark, and reports all that is wrong with them.
pub(crate) fn parse(tokens: TokenStream, sink: &mut Sink) -> Options {
    let mut options = Options::default();
    let mut seen: Vec<Ident> = Vec::new();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let key =
                input.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), catalog::not_a_key()))?;
            if seen.contains(&key) {
                sink.error(key.span(), catalog::repeated_key(&key));
            }
            if let Err(error) = one(&key, input, &mut options, sink) {
                sink.push(error);
                skip_to_comma(input)?;
            }
            if !input.is_empty() && !input.peek(Token![,]) {
                sink.error(input.span(), catalog::needs_comma(&key));
                skip_to_comma(input)?;
            }
            input.parse::<Option<Token![,]>>()?;
            seen.push(key);
        }
        Ok(())
    };
    let result = parser.parse2(tokens);
    sink.ok(result);
    options
}

fn one(key: &Ident, input: ParseStream<'_>, options: &mut Options, sink: &mut Sink) -> syn::Result<()> {
    match key.to_string().as_str() {
        "mode" => {
            let expr = value(key, input, "\"thread\"")?;
            options.mode = mode(&expr, sink).map(|value| Keyed { key: key.clone(), value });
        }
        "workers" => options.workers = count(key, input, sink)?,
        "chunksize" => options.chunksize = count(key, input, sink)?,
        "buffersize" => options.buffersize = count(key, input, sink)?,
        "pool" => options.pool = Some(Keyed { key: key.clone(), value: value(key, input, "&pool")? }),
        "timeout" => {
            let value = value(key, input, "std::time::Duration::from_secs(10)")?;
            options.timeout = Some(Keyed { key: key.clone(), value });
        }
        "retries" => options.retries = Some(Keyed { key: key.clone(), value: value(key, input, "2")? }),
        "max_tasks_per_child" => options.max_tasks_per_child = count(key, input, sink)?,
        "unordered" => options.unordered = Some(flag(key, input)?),
        "explain" => options.explain = Some(flag(key, input)?),
        "task" => options.task = Some(flag(key, input)?),
        "shared" => {
            let names;
            if !input.peek(syn::token::Paren) {
                return Err(syn::Error::new(key.span(), catalog::needs_names(key)));
            }
            parenthesized!(names in input);
            match Punctuated::<Ident, Token![,]>::parse_terminated(&names) {
                Ok(names) => options.shared.extend(names),
                Err(error) => {
                    sink.error(error.span(), catalog::needs_names(key));
                    names.parse::<TokenStream>()?;
                }
            }
        }
        "reduce" => reductions::parse(key, input, &mut options.reduce, sink)?,
        "crate" => options.krate = Some(path(key, input)?),
        _ => {
            sink.error(key.span(), unknown(key));
            skip_value(input)?;
        }
    }
    Ok(())
}

fn unknown(key: &Ident) -> String {
    let name = key.to_string();
    if ["ordered", "parallel"].contains(&name.as_str()) {
        return catalog::part_is_for_statements(key);
    }
    catalog::unknown_key(key, nearest(&name, &KEYS))
}

/// The most similar of `known`, if it is similar enough to be meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let similarity = |known: &&str| strsim::jaro_winkler(&name.to_lowercase().replace('_', ""), known);
    let best = known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(best) > 0.8).then_some(*best)
}

fn value(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Expr> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(key.span(), catalog::needs_value(key, example)));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new(key.span(), catalog::needs_value(key, example)));
    }
    input.parse()
}

fn flag(key: &Ident, input: ParseStream<'_>) -> syn::Result<Span> {
    if input.peek(Token![=]) || input.peek(syn::token::Paren) {
        return Err(syn::Error::new(key.span(), catalog::takes_no_value(key)));
    }
    Ok(key.span())
}

/// An expression that is a number of something, at least 1 where it is a literal.
fn count(key: &Ident, input: ParseStream<'_>, sink: &mut Sink) -> syn::Result<Option<Keyed<Expr>>> {
    let expr = value(key, input, "4")?;
    let fault = match &expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => {
            let is_usize = matches!(int.suffix(), "" | "usize");
            (!is_usize || int.base10_parse::<usize>().map_or(true, |n| n == 0)).then(|| int.to_string())
        }
        Expr::Lit(literal) => Some(literal.to_token_stream().to_string()),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => Some(expr.to_token_stream().to_string()),
        _ => None,
    };
    if let Some(fault) = fault {
        sink.error_at(&expr, catalog::not_a_count(key, &fault.replace(' ', "")));
        return Ok(None);
    }
    Ok(Some(Keyed { key: key.clone(), value: expr }))
}

fn mode(expr: &Expr, sink: &mut Sink) -> Option<Mode> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr else {
        sink.error_at(expr, catalog::mode_is_a_string());
        return None;
    };
    match text.value().as_str() {
        "thread" => Some(Mode::Thread),
        "process" => Some(Mode::Process),
        "sequential" => Some(Mode::Sequential),
        later @ ("async" | "mpi") => {
            sink.error_at(text, catalog::mode_to_come(later));
            None
        }
        other => {
            let proposal = nearest(other, &["thread", "sequential", "process"]);
            sink.error_at(text, catalog::unknown_mode(other, proposal));
            None
        }
    }
}

fn path(key: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new(key.span(), catalog::needs_value(key, "my_crate::concurrent_futures")));
    }
    input.parse::<Token![=]>()?;
    let path = if input.peek(LitStr) {
        input.parse::<LitStr>()?.parse_with(Path::parse_mod_style)
    } else {
        input.call(Path::parse_mod_style)
    };
    path.map_err(|error| syn::Error::new(error.span(), catalog::needs_path(key)))
}

/// Skips the rest of an option that is not understood, so that the next one is still read.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Skips what follows an unknown key, so that the next key is still read.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        input.parse::<Expr>()?;
    } else if input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in input);
        inner.parse::<TokenStream>()?;
    }
    Ok(())
}
