//! The options as calls of the runtime's builder.

use super::store;
use crate::abi::Abi;
use crate::model::loop_plan::LoopPlan;
use crate::model::options::{Keyed, Options};
use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

// Input:  workers = 4, chunksize = n
// Output: LoopOptions::new().workers(4).chunksize(n).checked()
pub(crate) fn of_loop(plan: &LoopPlan, abi: &Abi) -> TokenStream {
    let LoopPlan { options, split, reduced, stored, .. } = plan;
    let start = abi.private("LoopOptions");
    let counts = counts(options);
    let pool = options.pool.as_ref().map(pool);
    let unordered = options.unordered.map(|span| {
        let unordered = Ident::new("unordered", names::at(span));
        quote!(.#unordered())
    });
    let facts = split.as_ref().map(|split| {
        let may_be_left = split.may_be_left.then(|| quote!(.may_be_left()));
        let reduces = (!reduced.is_empty()).then(|| quote!(.reduces()));
        let crosses = split.has_steps().then(|| quote!(.crosses()));
        let may_be_shared = store::may_be_shared(stored, abi, plan.source().base.span());
        let shared = may_be_shared.map(|may_be| quote!(.shared_if(#may_be)));
        quote!(#may_be_left #reduces #crosses #shared)
    });
    quote!(#start::new() #counts #pool #unordered #facts .checked())
}

// Input:  mode = "process", workers = 4, timeout = limit
// Output: ProcessOptions::new("name").workers(4).timeout(limit)
// Errors name the loop or task by the line at `at`.
pub(crate) fn of_processes(options: &Options, name: &str, at: Span, abi: &Abi) -> TokenStream {
    let start = abi.private_at("ProcessOptions", at);
    let counts = counts(options);
    let pool = options.pool.as_ref().map(pool);
    let special: TokenStream = options.for_processes_only().map(call).collect();
    let unordered = options.unordered.map(|span| {
        let unordered = Ident::new("unordered", names::at(span));
        quote!(.#unordered())
    });
    quote_spanned!(at=> #start::new(#name) #counts #pool #special #unordered .checked())
}

// Input:  task, workers = 4
// Output: TaskOptions::new("name").workers(4)
pub(crate) fn of_task(options: &Options, name: &str, abi: &Abi) -> TokenStream {
    let start = abi.private("TaskOptions");
    let counts = counts(options);
    let pool = options.pool.as_ref().map(pool);
    let sequential = options.is_sequential().then(|| quote!(.sequential()));
    quote!(#start::new(#name) #sequential #counts #pool)
}

fn counts(options: &Options) -> TokenStream {
    let counts = [&options.workers, &options.chunksize, &options.buffersize];
    counts.into_iter().flatten().map(call).collect()
}

fn pool(pool: &Keyed<Expr>) -> TokenStream {
    call(pool)
}

/// The key names the builder's method. It is called at the key, for the sake of panics and type errors.
fn call(Keyed { key, value }: &Keyed<Expr>) -> TokenStream {
    let span = names::at(key.span());
    let method = Ident::new(&key.to_string(), span);
    quote_spanned!(span=> .#method(#value))
}
