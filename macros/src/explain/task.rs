//! How a task runs, in words.

use super::words::{of_type, own_copies};
use crate::model::task_plan::{Parameter, TaskPlan};
use std::fmt::Write;
use syn::visit::{self, Visit};
use syn::{FnArg, ItemFn};

/// The explanation of one task.
pub(crate) fn text(plan: &TaskPlan) -> String {
    let TaskPlan { options, written: function, parameters, output, .. } = plan;
    let name = &function.sig.ident;
    let place = match (options.is_sequential(), options.is_process()) {
        (true, _) => "on the calling thread, since the mode is \"sequential\"",
        (_, true) => "in worker processes",
        _ => "on a pool of threads",
    };
    let mut text =
        format!("`#[concurrent]` leaves `{name}` as it is; `{name}::submit` and `{name}::map` run it {place}");
    let types = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&typed.ty),
        FnArg::Receiver(_) => None,
    });
    for (Parameter { name, borrows, .. }, ty) in parameters.iter().zip(types) {
        let how = if borrows.is_some() {
            "submitted as an owned value, and borrowed from that"
        } else {
            "submitted as it is"
        };
        _ = write!(text, "\n  argument `{name}: {}`: {how}", of_type(ty));
    }
    _ = write!(text, "\n  result `{}`: kept by the future until it is asked for", of_type(output));
    if options.is_process() {
        text += "\n  arguments and result are copied between the processes";
        _ = write!(text, "\n  note {}", own_copies(&[]));
    }
    for line in submits_itself(function) {
        _ = write!(
            text,
            "\n  note C065: line {line} submits `{name}` again: who waits for a task that nobody has started runs it, so \
             this ends, but its depth is limited by the stack, as that of calls is"
        );
    }
    text
}

/// The lines in which a function uses what stands beside it.
fn submits_itself(function: &ItemFn) -> Vec<usize> {
    struct Finder<'a>(&'a ItemFn, Vec<usize>);
    impl Visit<'_> for Finder<'_> {
        fn visit_expr_path(&mut self, path: &syn::ExprPath) {
            let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if let [.., task, "submit" | "map"] = names.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
                && self.0.sig.ident == task
            {
                self.1.push(path.path.segments[0].ident.span().start().line);
            }
            visit::visit_expr_path(self, path);
        }
    }
    let mut finder = Finder(function, Vec::new());
    finder.visit_block(&function.block);
    finder.1
}
