//! The split of a loop with reductions.

use super::fault::{Fault, Wrong};
use super::originals::Originals;
use super::rewriter::{Rewriter, Sites};
use crate::analyze::scope::Locals;
use crate::analyze::split::{self, Verdict};
use crate::analyze::uses::{self, Access, Use};
use crate::model::options::Options;
use crate::model::reduction::{Reduced, Reduction};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{ExprForLoop, Label, ReturnType, Stmt};

/// The split of a loop, and its reductions.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// The variables that are folded where the parallel part runs.
    pub(crate) reduced: Vec<Reduced>,
    /// What was rewritten, for those who want to read it.
    pub(crate) originals: Originals,
    pub(crate) faults: Vec<Fault>,
}

/// Splits the body of loop number `plan`, with its reductions folded in the parallel part wherever that is possible.
pub(crate) fn split(
    plan: usize,
    written: &ExprForLoop,
    locals: &Locals,
    options: &Options,
    output: &ReturnType,
) -> Outcome {
    let plain = || split::split(plan, written, locals, options, output);
    let mut faults = Vec::new();
    if options.is_process() {
        // Refused, if the loop is meant.
        return Outcome { verdict: plain(), reduced: Vec::new(), originals: Originals::default(), faults };
    }
    let mut active = meant(written, locals, &options.reduce, &mut faults);
    loop {
        if !faults.is_empty() || active.is_empty() {
            return Outcome { verdict: plain(), reduced: Vec::new(), originals: Originals::default(), faults };
        }
        let mut rewritten = written.clone();
        let mut rewriter = Rewriter {
            reductions: &options.reduce,
            sites: active.iter().map(|&index| Sites::new(index, &options.reduce[index])).collect(),
            faults: Vec::new(),
            originals: Originals::default(),
            label: written.label.as_ref(),
        };
        rewriter.visit_block_mut(&mut rewritten.body);
        let Rewriter { sites, faults: found, originals, .. } = rewriter;
        faults = found;
        faults.extend(other_uses(&rewritten, &options.reduce, &sites, &faults));
        if !faults.is_empty() {
            continue;
        }
        let verdict = split::split(plan, &rewritten, locals, options, output);
        // What an in-order exit leaves out must not be in a chunk's result, whose items have all run by then.
        let left: Vec<usize> = if may_leave(&verdict, written.label.as_ref()) {
            Vec::new()
        } else {
            sites.iter().filter(|site| !is_in_order(&verdict, &site.partial)).map(|site| site.index).collect()
        };
        if left.len() < active.len() {
            active = left;
            continue;
        }
        let reduced = sites.into_iter().filter_map(Sites::reduced).collect();
        return Outcome { verdict, reduced, originals, faults };
    }
}

/// The reductions that are meant for this loop, by their index.
fn meant(written: &ExprForLoop, locals: &Locals, reductions: &[Reduction], faults: &mut Vec<Fault>) -> Vec<usize> {
    let facts = uses::of_body(&written.pat, &written.body, written.label.as_ref());
    let mut meant = Vec::new();
    for (index, reduction) in reductions.iter().enumerate() {
        let name = reduction.name.to_string();
        let is_hidden = facts.inner_names.contains(&name);
        let is_used = facts.uses.iter().any(|used| used.place.name == name);
        let wrong = match (is_used || is_hidden, locals.contains_key(&name)) {
            (false, _) if reduction.is_of_function => continue,
            (_, false) => Wrong::NoLocal,
            (false, true) => Wrong::NotChanged,
            (true, true) if is_hidden => Wrong::Hidden,
            // Another loop of the function is meant.
            (true, true) if reduction.is_of_function && !facts.uses.iter().any(|used| changes(used, &name)) => continue,
            (true, true) => {
                meant.push(index);
                continue;
            }
        };
        faults.push(Fault::new(reduction.name.span(), reduction, wrong));
    }
    meant
}

fn changes(used: &Use, name: &str) -> bool {
    used.place.name == name && matches!(used.access, Access::Mutate(_))
}

/// What is left of the variables when their reductions are gone.
fn other_uses(rewritten: &ExprForLoop, reductions: &[Reduction], sites: &[Sites], known: &[Fault]) -> Vec<Fault> {
    let facts = uses::of_body(&rewritten.pat, &rewritten.body, rewritten.label.as_ref());
    let mut faults = Vec::new();
    for site in sites {
        let reduction = &reductions[site.index];
        if known.iter().any(|fault| reduction.name == fault.name) {
            continue;
        }
        let used = facts.uses.iter().find(|used| reduction.name == used.place.name);
        if let Some(used) = used {
            let how = match &used.access {
                Access::Mutate(how) => format!("it {how}"),
                Access::Method(method, _) => format!("`.{method}()` is called on it"),
                Access::Tokens => "it is named in a macro".into(),
                Access::Value | Access::Shared | Access::Call => "it is read".into(),
            };
            faults.push(Fault::new(used.span, reduction, Wrong::Used(how)));
        } else if site.shape.is_none() {
            faults.push(Fault::new(reduction.name.span(), reduction, Wrong::NotChanged));
        }
    }
    faults
}

/// Whether an in-order statement may leave the iteration, or an inner loop, so that what stands behind it does not run.
fn may_leave(verdict: &Verdict, label: Option<&Label>) -> bool {
    verdict.split.in_order().into_iter().any(|stmt| {
        let facts = uses::of_stmt(stmt, label);
        let declares_macro = matches!(stmt, Stmt::Macro(mac) if mac.mac.path.is_ident("macro_rules"));
        declares_macro || !facts.exits.is_empty() || !facts.hidden_exits.is_empty() || !facts.unknown_macros.is_empty()
    })
}

/// Whether an in-order statement has to fold the variable.
fn is_in_order(verdict: &Verdict, partial: &Ident) -> bool {
    verdict.split.in_order().into_iter().any(|stmt| contains(stmt.to_token_stream(), partial))
}

fn contains(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => contains(group.stream(), name),
        _ => false,
    })
}
