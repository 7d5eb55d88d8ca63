//! The phases in their order. This file is the architecture of the macro: it alone knows all of them.

use crate::analyze::loops::{self, Candidate, Numbered};
use crate::analyze::tasks;
use crate::check;
use crate::diag::{Sink, catalog};
use crate::expand;
use crate::explain;
use crate::model::loop_plan::LoopPlan;
use crate::model::options::Options;
use crate::model::warning::Warning;
use crate::parse::{args, item, marks};
use proc_macro2::{Ident, TokenStream};
use std::collections::BTreeMap;
use syn::ItemFn;

/// `#[concurrent(args)] item`, expanded; or its errors, beside the item without our marks.
pub(crate) fn concurrent(args: TokenStream, item: TokenStream) -> TokenStream {
    run(args, item.clone()).unwrap_or_else(|errors| expand::fallback::beside(errors, item))
}

fn run(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut sink = Sink::new();
    let options = args::parse(args, &mut sink);
    let function = item::parse(item);
    let function = sink.ok(function);
    match function {
        Some(function) if options.task.is_some() => task(function, options, sink),
        Some(function) => loops(function, &options, sink),
        None => sink.finish().map(|()| TokenStream::new()),
    }
}

fn task(mut function: ItemFn, options: Options, mut sink: Sink) -> syn::Result<TokenStream> {
    let mut marked = Vec::new();
    marks::take_marks(&mut function.block, &mut sink, &mut |_, mark| marked.extend(mark));
    marked.iter().for_each(|mark| sink.error(mark.span, catalog::mark_in_task()));
    check::function::check_for_task(&function, &mut sink);
    check::options::check_task(&options, &mut sink);
    check::loops::check_marks(&function, &|_| false, &mut sink);
    let mut plan = tasks::plan(function, options, &mut sink);
    sink.finish()?;
    if plan.options.explain.is_some() {
        let text = explain::of_task(&plan);
        let name = Ident::new("THIS_TASK", plan.written.sig.ident.span());
        plan.explanation = Some(Warning { name, text });
    }
    Ok(expand::tasks::task(&plan))
}

fn loops(mut function: ItemFn, options: &Options, mut sink: Sink) -> syn::Result<TokenStream> {
    let mut numbered = Numbered::default();
    marks::take_marks(&mut function.block, &mut sink, &mut |written, mark| numbered.add(written, mark));
    check::function::check_for_loops(&function, &mut sink);
    // What was written has to be right before it is asked what it means.
    sink.finish()?;

    let mut sink = Sink::new();
    let candidates = loops::find(&mut function, numbered, options);
    let any_parallel =
        candidates.values().any(|candidate| check::loops::has_parallel_part(candidate) || !candidate.faults.is_empty());
    check::names::check_function(options, candidates.values(), &mut sink);
    if candidates.is_empty() {
        check::function::check_without_loop(&function, &mut sink);
    }
    let mut plans = BTreeMap::new();
    for (number, candidate) in candidates {
        check::options::check_together(&candidate.options, &mut sink);
        check::names::check_mark(&candidate, &mut sink);
        check::reduce::check(&candidate, &mut sink);
        if !candidate.faults.is_empty() {
            // How it is split hangs on what they are about.
            continue;
        }
        if check::loops::has_parallel_part(&candidate) {
            check::loops::check(&candidate, &mut sink);
            plans.insert(number, plan(candidate));
        } else if candidate.mark.is_some() || !any_parallel {
            check::refusal::refuse(&candidate, &mut sink);
        }
    }
    // Where a loop is refused, that is enough.
    if !sink.has_errors() {
        check::loops::check_marks(&function, &|number| plans.contains_key(&number), &mut sink);
    }
    sink.finish()?;
    loops::keep_numbers(&mut function, &|number| plans.contains_key(&number));
    Ok(expand::loops::function(function, &plans))
}

fn plan(candidate: Candidate) -> LoopPlan {
    let explanation = candidate.options.explain.map(|_| explain::of_loop(&candidate));
    let mut warnings = check::loops::warnings(&candidate);
    let name = || Ident::new("THIS_LOOP", candidate.written.for_token.span);
    warnings.extend(explanation.iter().map(|text| Warning { name: name(), text: text.clone() }));
    let Candidate { options, written, verdict, reduced, stored, .. } = candidate;
    let split = (!options.is_sequential()).then_some(verdict.split);
    LoopPlan { options, written, explanation, warnings, split, reduced, stored }
}
