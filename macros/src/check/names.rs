//! Names in options that no loop knows.

use crate::analyze::loops::Candidate;
use crate::analyze::uses;
use crate::diag::{Sink, catalog};
use crate::model::options::Options;
use proc_macro2::Ident;

/// Checks that what the function's own options name occurs in one of its loops.
pub(crate) fn check_function<'a>(
    options: &Options,
    loops: impl Iterator<Item = &'a Candidate> + Clone,
    sink: &mut Sink,
) {
    if loops.clone().next().is_none() {
        return;
    }
    let is_unknown = |name: &&Ident| !loops.clone().any(|candidate| occurs(candidate, name));
    for name in options.reduce.iter().map(|reduction| &reduction.name).filter(is_unknown) {
        sink.error(name.span(), catalog::reduced_is_not_changed(&name.to_string()));
    }
    for name in options.shared.iter().filter(is_unknown) {
        sink.error(name.span(), catalog::shared_is_not_used(name));
    }
}

/// Checks that what a loop's own mark names occurs in the loop. (Its reductions are looked for when it is split.)
pub(crate) fn check_mark(candidate: &Candidate, sink: &mut Sink) {
    let names = candidate.mark.iter().flat_map(|mark| &mark.options.shared);
    for name in names.filter(|name| !occurs(candidate, name)) {
        sink.error(name.span(), catalog::shared_is_not_used(name));
    }
}

/// Whether the body of a loop uses or binds a variable of that name.
pub(crate) fn occurs(candidate: &Candidate, name: &Ident) -> bool {
    uses::names(&candidate.written.pat, &candidate.written.body, &name.to_string())
}
