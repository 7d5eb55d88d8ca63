//! What is emitted beside errors: the user's own item, so that one mistake is one message.

use crate::diag::Sink;
use crate::parse::marks;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit::Visit;
use syn::{ItemFn, ReturnType, Stmt, Type, parse_quote};

/// The errors, and the item without our marks, or as it came if it is no function.
pub(crate) fn beside(errors: syn::Error, item: TokenStream) -> TokenStream {
    let item = if errors.clone().into_iter().any(|error| is_wrong_anyway(&error)) { without_body(item) } else { item };
    let errors = errors.into_compile_error();
    match syn::parse2::<Stmt>(item.clone()) {
        // Where a loop stands, there is place for one expression.
        Ok(Stmt::Expr(..)) => quote!({ #errors #item }),
        _ => {
            let item = without_marks(item);
            quote!(#errors #item)
        }
    }
}

/// Whether the plain function is wrong for the same reason, which would be said twice.
fn is_wrong_anyway(error: &syn::Error) -> bool {
    let message = error.to_string();
    ["[C002] the loop", "[C016]", "[C031]"].iter().any(|code| message.starts_with(code))
}

/// The function without what is wrong in it, where it can be without.
fn without_body(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) if !matches!(&function.sig.output, ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_))) =>
        {
            function.attrs.push(parse_quote!(#[allow(unused)]));
            *function.block = parse_quote!({ ::core::unreachable!() });
            function.into_token_stream()
        }
        _ => item,
    }
}

fn without_marks(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) => {
            let mut sink = Sink::new();
            marks::take_marks(&mut function.block, &mut sink, &mut |_, _| {});
            // Reported before: this is only the way to take the marks off.
            sink.finish().ok();
            marks::strip_parts(&mut function.block);
            function.attrs.retain(|attr| !marks::is_mark(attr));
            // A `for` in there would be refused a second time.
            function.sig.constness = function.sig.constness.filter(|_| !has_for(&function));
            // What only the refused attribute used is not a second mistake.
            function.attrs.push(parse_quote!(#[allow(unused)]));
            function.into_token_stream()
        }
        Err(_) => item,
    }
}

fn has_for(function: &ItemFn) -> bool {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_expr_for_loop(&mut self, _: &syn::ExprForLoop) {
            self.0 = true;
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut finder = Finder(false);
    finder.visit_block(&function.block);
    finder.0
}
