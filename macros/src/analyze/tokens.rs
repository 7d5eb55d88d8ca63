//! What can be told of the tokens of a macro.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

/// The arguments of a macro as expressions, if that is what they are.
pub(crate) fn macro_args(mac: &Macro) -> Option<Punctuated<Expr, Token![,]>> {
    Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()).ok()
}

/// The two expressions of `vec![value; length]`.
pub(super) fn repeat_args(mac: &Macro) -> Option<Punctuated<Expr, Token![,]>> {
    let parser = |input: syn::parse::ParseStream<'_>| {
        let value: Expr = input.parse()?;
        input.parse::<Token![;]>()?;
        let length: Expr = input.parse()?;
        Ok([value, length].into_iter().collect())
    };
    parser.parse2(mac.tokens.clone()).ok()
}

/// The name under which a macro is known.
pub(crate) fn macro_name(mac: &Macro) -> String {
    mac.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The names that a format string captures.
pub(crate) fn captured_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        if let Some(escaped) = rest.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let Some(close) = rest.find('}') else { break };
        let (argument, format) = rest[..close].split_once(':').unwrap_or((&rest[..close], ""));
        let dollars = format.split('$').rev().skip(1).filter_map(|part| {
            let name = part.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
            Some(name)
        });
        let is_name = |name: &&str| name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        names.extend(std::iter::once(argument.trim()).chain(dollars).filter(is_name).map(as_written));
        rest = &rest[close + 1..];
    }
    names
}

/// A name in a format string as it is written elsewhere: keywords need not be raw there.
fn as_written(name: &str) -> String {
    let is_plain = name == "self" || syn::parse_str::<syn::Ident>(name).is_ok();
    if is_plain { name.to_owned() } else { format!("r#{name}") }
}

/// Whether an exit is seen among the tokens.
pub(super) fn hides_exit(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "return" || ident == "break" || ident == "continue",
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => hides_exit(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        captured_names(text)
    }

    #[test]
    fn format_strings_capture_names_and_widths() {
        assert_eq!(names("{a} {{b}} {c:?} {} {0} {d:>width$.prec$}"), ["a", "c", "d", "prec", "width"]);
        assert!(names("{{no}} names {1:5}").is_empty());
    }
}
