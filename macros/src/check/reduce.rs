//! Reductions that would not give what the loop gives.

use crate::analyze::loops::Candidate;
use crate::analyze::reduce::{Fault, Wrong};
use crate::check::names::occurs;
use crate::diag::{Sink, catalog};

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
