//! Reductions.

use proc_macro2::Ident;

pub(crate) fn needs_reductions(key: &Ident) -> String {
    format!("[C080] `{key}` needs operators with the names of local variables: `{key}(+: total, max: best)`")
}

pub(crate) fn needs_operator(name: &str) -> String {
    format!("[C080] `{name}` needs an operator in front: `reduce(+: {name})`")
}

pub(crate) fn needs_reduced_name(operator: &str) -> String {
    format!("[C080] behind `{operator}:` belongs the name of one local variable: `reduce({operator}: total)`")
}

pub(crate) fn unknown_operator(operator: &str, proposal: Option<&str>) -> String {
    let proposal = proposal.map(|proposal| format!("did you mean `{proposal}`? ")).unwrap_or_default();
    format!(
        "[C080] `{operator}` cannot be used in `reduce`: {proposal}the operators are `+`, `*`, `min`, `max`, `&`, `|`, \
         `^`, `&&`, `||`, and the path of a function such as `self::combine`"
    )
}

pub(crate) fn reduced_twice(name: &Ident) -> String {
    format!("[C080] `{name}` is reduced twice: one variable has one operator")
}

pub(crate) fn reduce_task() -> String {
    "[C081] `reduce` is for loops: remove it".into()
}

pub(crate) fn unordered_with_reduce() -> String {
    "[C081] with `unordered` it would depend on timing in which order the chunks are put together, but the result of \
     `reduce` depends on the chunks only: remove one of the two"
        .into()
}

pub(crate) fn reduced_is_no_local(name: &str) -> String {
    format!(
        "[C081] `{name}` is no local variable around this loop: only those can be reduced (a field or a static is copied \
         to one before the loop, and back behind it)"
    )
}

pub(crate) fn reduced_is_not_changed(name: &str) -> String {
    format!(
        "[C081] the loop uses no local variable named `{name}`: remove it from `reduce` (a field or a static is copied to \
         a variable before the loop, and back behind it)"
    )
}

pub(crate) fn reduced_is_hidden(name: &str) -> String {
    format!(
        "[C081] the loop declares another variable named `{name}`: rename one of the two, so that it is clear which is reduced"
    )
}

pub(crate) fn reduced_is_used(name: &str, form: &str, how: &str) -> String {
    format!(
        "[C081] `{name}` is reduced, but {how} here: while the chunks run there is no `{name}`, only a partial result of \
         each chunk\n\
         help: the loop may only say `{form}`, where `e` does not use `{name}`\n\
         help: or remove `{name}` from `reduce`, and the loop changes it in order"
    )
}

pub(crate) fn reduced_otherwise(name: &str, operator: &str, found: &str, form: &str) -> String {
    let is_difference = operator == "+" && (found == "`-=`" || found == "`-`");
    let form = if is_difference { format!("{name} += -e") } else { form.to_owned() };
    format!(
        "[C033] `{name}` is reduced with `{operator}`, but {found} is another operation, and partial results of the two \
         cannot be put together\n\
         help: write `{form}`, or remove `{name}` from `reduce`, and the loop changes it in order"
    )
}

pub(crate) fn reduced_from_both_sides(name: &str) -> String {
    format!(
        "[C033] `{name}` stands on the other side here than in a statement before: the order of the operands matters, so \
         write `{name}` on the same side everywhere"
    )
}

pub(crate) fn reduced_with_other_ties(name: &str) -> String {
    format!(
        "[C033] of equal values, one statement keeps the first and another one the last in `{name}`: write the same \
         comparison everywhere"
    )
}

pub(crate) fn reduced_with_exit(name: &str, operator: &str) -> String {
    format!(
        "[C081] this may leave the loop, and the plain loop does not come here once `{operator}` is decided, which a chunk \
         does not know of the chunks before it\n\
         help: compute the operand in a statement of its own, or remove `{name}` from `reduce`"
    )
}
