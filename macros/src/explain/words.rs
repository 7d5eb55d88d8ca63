//! Pieces of code and of text.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Type;

/// The beginning of a piece of code, in one line, spaced as people write it.
pub(super) fn code(tokens: TokenStream) -> String {
    let words: Vec<String> = tokens.to_string().split_whitespace().map(str::to_owned).collect();
    let mut code = words.join(" ");
    for (printed, written) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ? ;", "?;"),
        (" ?", "?"),
        ("! (", "!("),
        ("! [", "!["),
        (" .. ", ".."),
        ("(& ", "(&"),
        ("(* ", "(*"),
        ("= & ", "= &"),
        ("= * ", "= *"),
    ] {
        code = code.replace(printed, written);
    }
    if let Some(place) = code.strip_prefix("* ") {
        code = format!("*{place}");
    }
    if code.chars().count() > 60 { code.chars().take(57).chain("...".chars()).collect() } else { code }
}

/// A type, as people write it.
pub(super) fn of_type(ty: &Type) -> String {
    code(ty.to_token_stream()).replace("& ", "&").replace(" <", "<").replace("< ", "<").replace(" >", ">")
}

/// What worker processes do not share; `upper_case` are names that may be those of statics.
pub(super) fn own_copies(upper_case: &[String]) -> String {
    let mut note =
        "C047: each worker process has statics, thread-locals, an environment and a current directory of its \
                    own: what is changed there no other process sees"
            .to_owned();
    if !upper_case.is_empty() {
        note += &format!("; P names {}, of which it sees its own copy if that is a static", upper_case.join(", "));
    }
    note
}
