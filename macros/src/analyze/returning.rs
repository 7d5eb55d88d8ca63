//! Macros that are known to return an error: `anyhow::bail!`, `eyre::ensure!`.
//!
//! Only a path tells whose macro it is: a bare `bail!` may be anybody's, with any effect, and stays in order. Should the
//! crate's name be that of a module of the user, the expansion still keeps the meaning or does not compile: it evaluates
//! the macro itself, in a closure which nothing but an `Err` can leave.

use super::tokens;
use syn::Macro;

/// When the macro returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    Always,
    /// If its condition does not hold.
    Perhaps,
}

/// When `mac` returns an error, if that is known, and it hides no other exit.
pub(crate) fn of(mac: &Macro) -> Option<Returns> {
    let segments = &mac.path.segments;
    let krate = segments.first()?.ident.to_string();
    let is_known = segments.len() > 1 && ["anyhow", "eyre", "color_eyre"].contains(&krate.as_str());
    if !is_known || tokens::hides_exit(mac.tokens.clone()) {
        return None;
    }
    match tokens::macro_name(mac).as_str() {
        "bail" => Some(Returns::Always),
        "ensure" => Some(Returns::Perhaps),
        _ => None,
    }
}
