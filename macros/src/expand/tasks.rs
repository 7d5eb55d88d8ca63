//! An annotated function: unchanged, with a type of its name beside it.

use super::options;
use super::warnings;
use crate::abi::Abi;
use crate::model::task_plan::{Parameter, TaskPlan};
use crate::model::warning::Warning;
use crate::names;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Type, parse_quote};

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
    let (docs, warning) = explanation(plan);
    quote! {
        #docs
        #written

        #warning

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

// Output: #[doc = "…"], and const _: () = { #[deprecated(note = "…")] const THIS_TASK: () = (); let () = THIS_TASK; };
fn explanation(TaskPlan { explanation, .. }: &TaskPlan) -> (Option<TokenStream>, Option<TokenStream>) {
    let docs = explanation.as_ref().map(|Warning { text, .. }| {
        let text = format!("\n```text\n{text}\n```\n");
        quote!(#[doc = #text])
    });
    let warning = explanation.as_ref().map(|warning| {
        let warning = warnings::written(std::slice::from_ref(warning));
        quote!(const _: () = #warning;)
    });
    (docs, warning)
}

// Output: pub fn submit(text: String) -> Future<String> {
//     fn run<P0, P1>(text: String) -> Future<String>
//     where P0: Is<It = String>, P0::It: Argument, P1: Is<It = String>, P1::It: Output
//     { submit_task(options, move || hash(Borrow::<str>::borrow(&text))) }
//     run::<Type<String>, Type<String>>(text)
// }
fn submit(plan: &TaskPlan, abi: &Abi) -> TokenStream {
    let TaskPlan { options, written, parameters, output, .. } = plan;
    let (name, vis) = (&written.sig.ident, &written.vis);
    let Demands { outer, inner, turbofish } = demands_of_submit(plan, abi);
    let inputs: Vec<TokenStream> =
        parameters.iter().map(|Parameter { name, owned, .. }| quote!(#name: #owned)).collect();
    let names: Vec<&Ident> = parameters.iter().map(|parameter| &parameter.name).collect();
    let arguments = parameters.iter().map(|parameter| argument(parameter, &parameter.name));
    let (future, called) = (abi.public("Future"), called(plan));
    let submitted = if options.is_process() {
        let options = options::of_processes(options, &name.to_string(), Span::mixed_site(), abi);
        let submit_process = abi.private("submit_process");
        quote!(#submit_process(#options, (#(#names,)*), |(#(#names,)*)| #called(#(#arguments),*)))
    } else {
        let options = options::of_task(options, &name.to_string(), abi);
        let submit_task = abi.private("submit_task");
        quote!(#submit_task(#options, move || #called(#(#arguments),*)))
    };
    let docs = format!(" Runs [`{name}`](fn@{name}) on the pool; the result is in the future.");
    let (declared, _, bounds) = outer.split_for_impl();
    let (run_declared, _, run_bounds) = inner.split_for_impl();
    let run = names::local("run");
    quote! {
        #[doc = #docs]
        #[track_caller]
        #vis fn submit #declared (#(#inputs),*) -> #future<#output> #bounds {
            #[track_caller]
            fn #run #run_declared (#(#inputs),*) -> #future<#output> #run_bounds {
                #submitted
            }
            #run #turbofish (#(#names),*)
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
    let items = format_ident!("Arguments", span = Span::mixed_site());
    let mut generics = plan.generics.clone();
    generics.params.push(parse_quote!(#items: ::core::iter::IntoIterator<Item = #item>));
    let generics = demands_of_map(generics, &items, plan, abi);

    let locals: Vec<Ident> = (0..parameters.len()).map(|index| names::numbered("argument", index)).collect();
    let pattern = match locals.as_slice() {
        [one] => one.to_token_stream(),
        several => quote!((#(#several),*)),
    };
    let arguments = parameters.iter().zip(&locals).map(|(parameter, local)| argument(parameter, local));
    let (map, called) = (abi.public("Map"), called(plan));
    let (options, map_task, capture) = if options.is_process() {
        (options::of_processes(options, &name.to_string(), Span::mixed_site(), abi), abi.private("map_process"), None)
    } else {
        (options::of_task(options, &name.to_string(), abi), abi.private("map_task"), Some(quote!(move)))
    };
    let docs = format!(
        " Runs [`{name}`](fn@{name}) on the pool for each of `arguments`; the results come in their order, as they are asked for."
    );
    let (declared, _, bounds) = generics.split_for_impl();
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

/// What a pool needs of arguments and result, for `submit`.
///
/// A bound on a type without parameters that does not hold would be an error at the function and at each call, in rustc's
/// words. So such a type is named by way of a parameter, in a function within: then the one call of that is the error, at
/// the type and in ours.
struct Demands {
    /// Those of the function that the user sees.
    outer: Generics,
    /// Those of the function within.
    inner: Generics,
    /// The parameters of the function within.
    turbofish: TokenStream,
}

fn demands_of_submit(plan: &TaskPlan, abi: &Abi) -> Demands {
    let declared = declared(plan);
    let mut given: Vec<TokenStream> = declared.iter().map(ToTokens::to_token_stream).collect();
    let mut outer = with_owned_forms(plan.generics.clone(), plan);
    let mut inner = outer.clone();
    for (number, (ty, at, bound)) in demanded(plan, abi).enumerate() {
        if mentions(ty.to_token_stream(), &declared) {
            outer.make_where_clause().predicates.push(parse_quote!(#ty: #bound));
            inner.make_where_clause().predicates.push(parse_quote!(#ty: #bound));
            continue;
        }
        let (parameter, is, named) = (names::numbered("P", number), abi.private("Is"), abi.private_at("Type", at));
        inner.params.push(parse_quote!(#parameter: #is<It = #ty>));
        inner.make_where_clause().predicates.push(parse_quote!(#parameter::It: #bound));
        given.push(quote_spanned!(at=> #named<#ty>));
    }
    let turbofish = if given.is_empty() { TokenStream::new() } else { quote!(::<#(#given),*>) };
    Demands { outer, inner, turbofish }
}

/// The same for `map`, whose type parameter `items` names all types: `<Arguments as Beside<Rc<u64>>>::It: Argument`.
fn demands_of_map(generics: Generics, items: &Ident, plan: &TaskPlan, abi: &Abi) -> Generics {
    let mut generics = with_owned_forms(generics, plan);
    for (ty, _, bound) in demanded(plan, abi) {
        let beside = abi.private("Beside");
        let predicate = parse_quote!(<#items as #beside<#ty>>::It: #bound);
        generics.make_where_clause().predicates.push(predicate);
    }
    generics
}

/// The types of arguments and result, and the traits that they need.
fn demanded<'a>(plan: &'a TaskPlan, abi: &'a Abi) -> impl Iterator<Item = (&'a Type, Span, TokenStream)> {
    let is_process = plan.options.is_process();
    let (argument, result) = if is_process { ("ProcessArgument", "ProcessOutput") } else { ("Argument", "Output") };
    let arguments = plan.parameters.iter().map(move |Parameter { owned, borrows, .. }| {
        // What is written is the borrowed form.
        let written = borrows.as_ref().unwrap_or(owned);
        (owned, written.span(), argument)
    });
    let all = arguments.chain([(&plan.output, plan.output.span(), result)]);
    all.map(|(ty, written, bound)| (ty, names::at(written), abi.private_at(bound, names::at(written))))
}

/// What is borrowed from its owned form has one.
fn with_owned_forms(mut generics: Generics, plan: &TaskPlan) -> Generics {
    for target in plan.parameters.iter().filter_map(|parameter| parameter.borrows.as_ref()) {
        let predicate = quote_spanned!(names::at(target.span())=> #target: ::std::borrow::ToOwned);
        generics.make_where_clause().predicates.push(syn::parse2(predicate).expect("a predicate"));
    }
    generics
}

/// The names of the function's own type and const parameters.
fn declared(plan: &TaskPlan) -> Vec<Ident> {
    let name = |parameter: &GenericParam| match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.clone()),
        GenericParam::Const(parameter) => Some(parameter.ident.clone()),
        GenericParam::Lifetime(_) => None,
    };
    plan.generics.params.iter().filter_map(name).collect()
}

/// Whether one of the names is among the tokens.
fn mentions(tokens: TokenStream, names: &[Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
