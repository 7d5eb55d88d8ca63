//! Warnings, as stable compilers let us write them.

use crate::model::warning::Warning;
use proc_macro2::TokenStream;
use quote::quote;

// Output: { #[deprecated(note = "…")] const THIS_LOOP: () = (); let () = THIS_LOOP; }
pub(super) fn written(warnings: &[Warning]) -> TokenStream {
    let one = |Warning { name, text }: &Warning| {
        quote!({
            #[deprecated(note = #text)]
            const #name: () = ();
            let () = #name;
        })
    };
    warnings.iter().map(one).collect()
}
