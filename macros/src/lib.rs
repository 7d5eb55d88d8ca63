//! The `#[concurrent]` attribute of the crate `concurrent-futures`, where it is documented and
//! re-exported; this crate is not meant to be used on its own.
//!
//! The modules stand in the order in which data flows: tokens are parsed into what was written, the model
//! holds what it means, the analysis finds that out, the checks refuse, `explain` puts into words what was
//! found, and the expansion writes tokens.

mod names;

mod diag;

mod model;

mod parse;

mod analyze;

mod check;

mod explain;

mod abi;

mod expand;

mod pipeline;

#[cfg(test)]
mod loops_guide;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Runs the loops of a function, or the function itself, in parallel, with the same result.
///
/// See the documentation of the crate `concurrent-futures`.
#[proc_macro_attribute]
pub fn concurrent(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::concurrent(args.into(), item.into()).into()
}
