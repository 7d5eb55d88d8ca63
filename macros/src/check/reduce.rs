//! Reductions that would not give what the loop gives.

use crate::analyze::loops::Candidate;
use crate::analyze::reduce::{Fault, Wrong};
use crate::analyze::uses;
use crate::diag::{Sink, catalog};
use crate::model::options::Options;

/// Checks the reductions of one loop.
pub(crate) fn check(candidate: &Candidate, sink: &mut Sink) {
    let reductions = &candidate.options.reduce;
    let meant = reductions.iter().find(|reduction| occurs(candidate, &reduction.name));
    if let (Some(reduction), true) = (meant, candidate.options.is_process()) {
        sink.error(reduction.key, catalog::reduce_in_processes());
    }
    if let (Some(_), Some(span)) = (meant, candidate.options.unordered) {
        sink.error(span, catalog::unordered_with_reduce());
    }
    for Fault { span, name, operator, wrong } in &candidate.faults {
        let form = operator.form(name);
        let message = match wrong {
            Wrong::NoLocal => catalog::reduced_is_no_local(name),
            Wrong::NotChanged => catalog::reduced_is_not_changed(name),
            Wrong::Hidden => catalog::reduced_is_hidden(name),
            Wrong::Used(how) => catalog::reduced_is_used(name, &form, how),
            Wrong::Otherwise(found) => catalog::reduced_otherwise(name, &operator.text(), found, &form),
            Wrong::BothSides => catalog::reduced_from_both_sides(name),
            Wrong::OtherTies => catalog::reduced_with_other_ties(name),
            Wrong::Exit => catalog::reduced_with_exit(name, &operator.text()),
        };
        sink.error(*span, message);
    }
}

/// Checks that what the function's own clause names occurs in one of its loops.
pub(crate) fn check_used<'a>(options: &Options, loops: impl Iterator<Item = &'a Candidate> + Clone, sink: &mut Sink) {
    if loops.clone().next().is_none() {
        return;
    }
    for reduction in &options.reduce {
        if !loops.clone().any(|candidate| occurs(candidate, &reduction.name)) {
            sink.error(reduction.name.span(), catalog::reduced_is_not_changed(&reduction.name.to_string()));
        }
    }
}

fn occurs(candidate: &Candidate, name: &syn::Ident) -> bool {
    uses::names(&candidate.written.pat, &candidate.written.body, &name.to_string())
}
