//! What the attribute stands on.

use proc_macro2::Ident;

pub(crate) fn not_a_function(kind: &str) -> String {
    format!(
        "[C082] `#[concurrent]` goes on a function, not on {kind}: put it on the function whose loops should run in parallel"
    )
}

pub(crate) fn no_body() -> String {
    "[C082] `#[concurrent]` needs a function with a body: put it on the implementation".into()
}

pub(crate) fn loop_without_function() -> String {
    "[C082] put `#[concurrent]` on the enclosing function too: the mark on a loop only says which of its loops is meant"
        .into()
}

pub(crate) fn not_a_loop() -> String {
    "[C082] within a function, `#[concurrent]` marks a `for` loop: move the mark to the loop".into()
}

pub(crate) fn part_is_for_statements(key: &Ident) -> String {
    format!("[C084] `{key}` marks a statement in a loop that runs in parallel: move it there, or remove it")
}

pub(crate) fn part_outside() -> String {
    "[C084] this statement is not in a loop that runs in parallel, so it has no part to be put in: remove the mark"
        .into()
}

pub(crate) fn cannot_be_parallel(reason: &str) -> String {
    format!(
        "[C085] this statement cannot run in parallel, although it is marked so\n  {reason}\n\
         help: compute what is independent of the in-order part in a statement of its own, and mark that"
    )
}

pub(crate) fn annotated_twice() -> String {
    "[C080] this function has the attribute twice: put all options in one".into()
}

pub(crate) fn marked_twice() -> String {
    "[C080] this loop is marked twice: put all options in one mark".into()
}

pub(crate) fn mark_with_equals() -> String {
    "[C080] options stand in parentheses: `#[concurrent(workers = 4)]`".into()
}

pub(crate) fn task_on_a_loop() -> String {
    "[C080] `task` is for functions: remove it here, or write `#[concurrent(task)]` on a function".into()
}

pub(crate) fn mark_in_task() -> String {
    "[C080] the loops of a task stay sequential: remove this mark, or `task` from the function".into()
}

pub(crate) fn iterator_chain(name: &Ident, consumer: &Ident) -> String {
    let way_out = match consumer.to_string().as_str() {
        "collect" => "`let mut out = Vec::new();` and `for x in items { out.push(work(x)); }`",
        "for_each" => "`for x in items { work(x); }`",
        _ => "`for x in items { total += work(x); }`, perhaps with `#[concurrent(reduce(+: total))]`",
    };
    format!(
        "[C022] `{name}` has no `for` loop that could run in parallel: a chain of iterators is left as it is\n\
         help: write it as a loop: {way_out}\n\
         help: or to run the whole function on a pool, write `#[concurrent(task)]`, then `{name}::submit(..)`"
    )
}

pub(crate) fn no_loop(name: &Ident) -> String {
    format!(
        "[C022] `{name}` has no `for` loop that could run in parallel: to run the whole function on a pool, write \
         `#[concurrent(task)]`, then `{name}::submit(..)` or `{name}::map(..)`"
    )
}
