//! Options.

use proc_macro2::Ident;

pub(crate) fn not_a_key() -> String {
    "[C080] expected an option such as `workers = 4`".into()
}

pub(crate) fn unknown_key(key: &Ident, proposal: Option<&str>) -> String {
    let proposal = proposal.map_or_else(
        || {
            "the options are `mode`, `workers`, `chunksize`, `buffersize`, `pool`, `timeout`, `retries`, \
             `max_tasks_per_child`, `unordered`, `task`, `shared`, `reduce`, `explain` and `crate`"
                .to_owned()
        },
        |proposal| format!("did you mean `{proposal}`?"),
    );
    format!("[C080] unknown option `{key}`: {proposal}")
}

pub(crate) fn repeated_key(key: &Ident) -> String {
    format!("[C080] `{key}` is given twice: remove one of the two")
}

pub(crate) fn needs_value(key: &Ident, example: &str) -> String {
    format!("[C080] `{key}` needs a value: `{key} = {example}`")
}

pub(crate) fn needs_comma(key: &Ident) -> String {
    format!("[C080] options are separated by commas: write one behind the value of `{key}`")
}

pub(crate) fn needs_path(key: &Ident) -> String {
    format!("[C080] `{key}` must be the path of a crate or module: `{key} = my_crate::concurrent_futures`")
}

pub(crate) fn needs_names(key: &Ident) -> String {
    format!("[C080] `{key}` needs the names of local variables: `{key}(a, b)`")
}

pub(crate) fn takes_no_value(key: &Ident) -> String {
    format!("[C080] `{key}` takes no value: write `{key}` alone")
}

pub(crate) fn not_a_count(key: &Ident, fault: &str) -> String {
    format!("[C080] `{key}` must be a `usize` of at least 1, but is `{fault}`")
}

pub(crate) fn mode_is_a_string() -> String {
    "[C080] `mode` must be a string literal: `mode = \"thread\"`, `mode = \"process\"` or `mode = \"sequential\"`"
        .into()
}

pub(crate) fn unknown_mode(mode: &str, proposal: Option<&str>) -> String {
    let proposal = proposal.map(|proposal| format!("did you mean \"{proposal}\"? ")).unwrap_or_default();
    format!("[C080] unknown mode \"{mode}\": {proposal}the modes are \"thread\", \"process\" and \"sequential\"")
}

pub(crate) fn reduce_in_processes() -> String {
    "[C083] `reduce` is not available with mode \"process\" in this version of concurrent-futures: remove it, the variable \
     is then folded in order"
        .into()
}

pub(crate) fn mode_to_come(mode: &str) -> String {
    format!(
        "[C083] mode \"{mode}\" is not available in this version of concurrent-futures: use \"thread\" or \"process\""
    )
}

pub(crate) fn not_with_threads(key: &Ident) -> String {
    format!(
        "[C081] `{key}` needs workers that can be killed and replaced, but this runs on threads, which cannot: remove \
         `{key}`, or add `mode = \"process\"`"
    )
}

pub(crate) fn max_tasks_and_pool() -> String {
    "[C081] `max_tasks_per_child` and `pool` exclude each other: it is the pool that replaces its workers".into()
}

pub(crate) fn workers_and_pool() -> String {
    "[C081] `workers` and `pool` exclude each other: a pool has its number of workers already".into()
}

pub(crate) fn buffer_below_chunk(buffer: usize, chunk: usize) -> String {
    format!("[C081] `buffersize` is {buffer}, but a chunk alone is {chunk} (`chunksize`): make it at least {chunk}")
}

pub(crate) fn unordered_with_exit(at: &str) -> String {
    format!(
        "[C081] the loop can be left early{at}, and with `unordered` it would depend on timing which iterations had \
         run by then: remove `unordered`, or the exit"
    )
}

pub(crate) fn unordered_task() -> String {
    "[C081] `unordered` is for loops: with a task, write `f::map(..).unordered()`".into()
}

pub(crate) fn shared_task() -> String {
    "[C081] `shared` is for loops: a task gets its own values, so remove it".into()
}

pub(crate) fn shared_is_not_used(name: &Ident) -> String {
    format!("[C081] the loop's body uses no variable named `{name}`: correct the name, or remove it from `shared`")
}
