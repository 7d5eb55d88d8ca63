//! An annotated function: unchanged, with a type of its name beside it.

use super::options;
use crate::abi::Abi;
use crate::model::task_plan::{Parameter, TaskPlan};
use crate::names;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Type, parse_quote};

// Input:  #[concurrent(task, workers = 4)]
//         pub fn hash(text: &str) -> String { … }
// Output: pub fn hash(text: &str) -> String { … }
//         pub enum hash {}
//         impl hash {
//             pub fn submit(text: String) -> Future<String> { … }
//             pub fn map<I>(arguments: I) -> Map<'static, I::IntoIter, String> { … }
//         }
pub(crate) fn task(plan: &TaskPlan) -> TokenStream {
    let TaskPlan { options, written, attrs, .. } = plan;
    let abi = Abi::new(options.krate.as_ref());
    let name = &written.sig.ident;
    let vis = &written.vis;
    let (submit, map) = (submit(plan, &abi), map(plan, &abi));
    let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"));
    quote! {
        #written

        #(#attrs)*
        #[allow(non_camel_case_types, missing_debug_implementations, reason = "it stands beside the function of its name")]
        #vis enum #name {}

        #(#cfgs)*
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, dead_code, deprecated, reason = "generated from the function above")]
        impl #name {
            #submit
            #map
        }
    }
}

fn submit(plan: &TaskPlan, abi: &Abi) -> TokenStream {
    let TaskPlan { options, written, parameters, output, .. } = plan;
    let (name, vis) = (&written.sig.ident, &written.vis);
    let generics = with_bounds(plan.generics.clone(), plan, abi);
    let (declared, _, bounds) = generics.split_for_impl();
    let inputs = parameters.iter().map(|Parameter { name, owned, .. }| quote!(#name: #owned));
    let arguments = parameters.iter().map(|parameter| argument(parameter, &parameter.name));
    let (future, called) = (abi.public("Future"), called(plan));
    let submitted = if options.is_process() {
        let options = options::of_processes(options, &name.to_string(), proc_macro2::Span::mixed_site(), abi);
        let submit_process = abi.private("submit_process");
        let names: Vec<&Ident> = parameters.iter().map(|parameter| &parameter.name).collect();
        quote!(#submit_process(#options, (#(#names,)*), |(#(#names,)*)| #called(#(#arguments),*)))
    } else {
        let options = options::of_task(options, &name.to_string(), abi);
        let submit_task = abi.private("submit_task");
        quote!(#submit_task(#options, move || #called(#(#arguments),*)))
    };
    let docs = format!(" Runs [`{name}`](fn@{name}) on the pool; the result is in the future.");
    quote! {
        #[doc = #docs]
        #[track_caller]
        #vis fn submit #declared (#(#inputs),*) -> #future<#output> #bounds {
            #submitted
        }
    }
}

fn map(plan: &TaskPlan, abi: &Abi) -> TokenStream {
    let TaskPlan { options, written, parameters, output, .. } = plan;
    let (name, vis) = (&written.sig.ident, &written.vis);
    let item: Type = match parameters.as_slice() {
        [Parameter { owned, .. }] => owned.clone(),
        several => {
            let owned = several.iter().map(|parameter| &parameter.owned);
            parse_quote!((#(#owned),*))
        }
    };
    let items = format_ident!("Arguments", span = proc_macro2::Span::mixed_site());
    let mut generics = plan.generics.clone();
    generics.params.push(parse_quote!(#items: ::core::iter::IntoIterator<Item = #item>));
    let generics = with_bounds(generics, plan, abi);
    let (declared, _, bounds) = generics.split_for_impl();

    let locals: Vec<Ident> = (0..parameters.len()).map(|index| names::numbered("argument", index)).collect();
    let pattern = match locals.as_slice() {
        [one] => one.to_token_stream(),
        several => quote!((#(#several),*)),
    };
    let arguments = parameters.iter().zip(&locals).map(|(parameter, local)| argument(parameter, local));
    let (map, called) = (abi.public("Map"), called(plan));
    let (options, map_task, capture) = if options.is_process() {
        (
            options::of_processes(options, &name.to_string(), proc_macro2::Span::mixed_site(), abi),
            abi.private("map_process"),
            None,
        )
    } else {
        (options::of_task(options, &name.to_string(), abi), abi.private("map_task"), Some(quote!(move)))
    };
    let docs = format!(
        " Runs [`{name}`](fn@{name}) on the pool for each of `arguments`; the results come in their order, as they are asked for."
    );
    quote! {
        #[doc = #docs]
        #[track_caller]
        #vis fn map #declared (arguments: #items) -> #map<'static, #items::IntoIter, #output> #bounds {
            #map_task(#options, arguments, #capture |#pattern| #called(#(#arguments),*))
        }
    }
}

// Output: hash, or hash::<T, N>
fn called(plan: &TaskPlan) -> TokenStream {
    let name = &plan.written.sig.ident;
    let names = &plan.turbofish;
    if names.is_empty() { quote!(#name) } else { quote!(#name::<#(#names),*>) }
}

// Output: text, or Borrow::<str>::borrow(&text)
fn argument(parameter: &Parameter, local: &Ident) -> TokenStream {
    match &parameter.borrows {
        None => quote!(#local),
        Some(target) => quote!(::core::borrow::Borrow::<#target>::borrow(&#local)),
    }
}

/// What a pool needs of arguments and result, as bounds, so that the message stands at the type.
fn with_bounds(mut generics: Generics, plan: &TaskPlan, abi: &Abi) -> Generics {
    let clause = generics.make_where_clause();
    for Parameter { owned, borrows, .. } in &plan.parameters {
        if let Some(target) = borrows {
            let span = names::at(target.span());
            clause
                .predicates
                .push(syn::parse2(quote_spanned!(span=> #target: ::std::borrow::ToOwned)).expect("a predicate"));
        }
        let bound = if plan.options.is_process() { "ProcessArgument" } else { "Argument" };
        let bound = abi.private_at(bound, names::at(owned.span()));
        clause.predicates.push(parse_quote!(#owned: #bound));
    }
    let output = &plan.output;
    let bound = if plan.options.is_process() { "ProcessOutput" } else { "Output" };
    let bound = abi.private_at(bound, names::at(output.span()));
    clause.predicates.push(parse_quote!(#output: #bound));
    generics
}
