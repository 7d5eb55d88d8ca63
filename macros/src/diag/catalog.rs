//! Every message, with its code. Lower case, no full stop; what is wrong, and what to do.
//!
//! Codes are stable names: `docs/errors.md` has a section for each, and a test in `ui-tests/fail` too.

use crate::model::left_plain::LeftPlain;
use proc_macro2::Ident;

// Options.

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

// What the attribute stands on.

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

// Loops.

pub(crate) fn not_a_for_loop(keyword: &str) -> String {
    format!(
        "[C001] a `{keyword}` cannot be split, since nobody knows its iterations beforehand: make it a `for` loop \
         over `std::iter::from_fn(..)` or `std::iter::successors(..)`, with the work in its body"
    )
}

pub(crate) fn iterand_changed(place: &str, at: &str) -> String {
    format!(
        "[C002] the loop iterates over `{place}`{at} and changes it here, so iteration i+1 would depend on what iteration i did\n\
         help: collect what is to change in another variable, and change `{place}` behind the loop\n\
         help: if it is a worklist, work in rounds: a plain `while !{place}.is_empty()` around a `for` over \
         `std::mem::take(&mut {place})`"
    )
}

pub(crate) fn endless() -> String {
    "[C004] this loop has no end that can be seen: what it iterates over goes on for ever, and nothing in the body leaves \
     it; only its window (`buffersize`) limits how far the parallel part runs ahead"
        .into()
}

pub(crate) fn yield_in_loop() -> String {
    "[C016] `yield` suspends the function, which a worker cannot: collect the values in the loop, and yield them from a \
     plain one behind it"
        .into()
}

pub(crate) fn items_hold_borrows(ty: &str) -> String {
    format!(
        "[C003] this `#[concurrent(mode = \"process\")]` loop iterates over `{ty}`, which cannot be sent to a worker process: \
         it holds borrows, and what a worker gets owns all that it holds\n\
         help: iterate over indices or owned values (`String` for `&str`), or use `mode = \"thread\"`"
    )
}

pub(crate) fn capture_holds_borrow(name: &Ident, ty: &str) -> String {
    format!(
        "[C030] `{name}: {ty}` is captured by the parallel part of a `#[concurrent(mode = \"process\")]` loop, but cannot be sent \
         to a worker process: it holds borrows, and what a worker gets owns all that it holds\n\
         help: make it of owned values (`String` for `&str`), or use `mode = \"thread\"`"
    )
}

pub(crate) fn capture_moved(name: &str) -> String {
    format!(
        "[C031] `{name}` would be moved in the first iteration only, and the next ones would not have it (nor would they in \
         the plain loop)\n\
         help: borrow it (`&{name}`), or give each iteration its own (`{name}.clone()`)"
    )
}

pub(crate) fn await_in_loop() -> String {
    "[C006] `.await` cannot run on a worker thread: use the async runtime's own means (such as \
     `for_each_concurrent`) for this loop"
        .into()
}

/// How to leave a loop as it was written.
fn leave_plain(left_plain: LeftPlain) -> &'static str {
    match left_plain {
        LeftPlain::WithoutItsMark => "leave this loop plain: remove its mark",
        LeftPlain::OthersMarked => "leave this loop plain: put `#[concurrent]` on the other loops that are meant",
        LeftPlain::NotAnnotated => "leave this loop plain: remove `#[concurrent]`",
    }
}

pub(crate) fn source_outlives_loop(at: &str, left_plain: LeftPlain) -> String {
    format!(
        "[C007] this loop can be left early{at}, but what it iterates over outlives it, and iterations \
         ahead of the exit would already have been pulled from it\n\
         help: iterate over it by value, or {}",
        leave_plain(left_plain)
    )
}

pub(crate) fn items_changed_in_place(at: &str, left_plain: LeftPlain) -> String {
    format!(
        "[C008] this loop can be left early{at}, but it changes its items in place, and those behind the \
         exit would already have been changed\n\
         help: compute the new values first and store them in a second loop, or {}",
        leave_plain(left_plain)
    )
}

pub(crate) fn loop_carried(place: &str, how: &str, at: &str, way_out: &str, left_plain: LeftPlain) -> String {
    format!(
        "[C020] this loop carries `{place}` from one iteration to the next, so nothing in it can run in parallel: \
         iteration i+1 reads here the `{place}` that iteration i wrote{at}, where it {how}\n\
         help: {way_out}\n\
         help: or {}",
        leave_plain(left_plain)
    )
}

pub(crate) fn compute_first(place: &str) -> String {
    format!("compute what does not need `{place}` first, in a statement of its own")
}

pub(crate) fn recurrence(place: &str) -> String {
    format!(
        "this is a recurrence, in which each element of `{place}` is computed from others: compute what does not need \
         them first, in a statement of its own, or write the new elements into another vector"
    )
}

pub(crate) fn memo(place: &str) -> String {
    format!(
        "if `{place}` only saves computing a value again, compute the values in a loop of its own first, once for each \
         distinct key, which can run in parallel: fill `{place}` from them, and only look them up here"
    )
}

pub(crate) fn own_elements(place: &str) -> String {
    format!(
        "each iteration uses its own element of `{place}` only: iterate over `{place}.iter_mut().enumerate()`, which hands \
         the elements out"
    )
}

/// How to say that a loop only reads a variable.
fn shared(place: &str) -> String {
    let name = place.split('.').next().unwrap_or(place);
    format!("`#[concurrent(shared({name}))]`")
}

/// A buffer that each iteration clears carries nothing: it only stands in the wrong place.
pub(crate) fn is_scratch(how: &str) -> bool {
    how.contains("`.clear()`")
}

pub(crate) fn scratch_space(place: &str) -> String {
    format!("if `{place}` is scratch space, declare it inside the loop")
}

pub(crate) fn inner_loop_in_order(at: &str, is_for: bool) -> String {
    let mark = if is_for { "if its own iterations are to run in parallel, mark the inner loop; or " } else { "" };
    format!(
        "the inner loop{at} stays in order as a whole, since it is left early because of something in order, or its \
         parts share what one of them changes: {mark}make its values in a loop of its own first"
    )
}

pub(crate) fn only_read(place: &str) -> String {
    if place == "self" || place.starts_with("self.") {
        return format!(
            "if the loop only reads `{place}`, borrow that in front of the loop, `let this = &*self;`, and use `this` in it"
        );
    }
    format!("if the loop only reads `{place}`, say so: {}", shared(place))
}

pub(crate) fn nothing_parallel(reasons: &[String], ways_out: &[String], left_plain: LeftPlain) -> String {
    let mut message = "[C022] nothing in this loop can run in parallel".to_owned();
    if reasons.is_empty() {
        message.push_str(": its body does no work that could be handed over");
    } else {
        message.push_str(": every statement with work in it must run in order");
        reasons.iter().for_each(|reason| message.push_str(&format!("\n  {reason}")));
    }
    ways_out.iter().for_each(|way_out| message.push_str(&format!("\nhelp: {way_out}")));
    message.push_str("\nhelp: compute what is independent of other iterations in a statement of its own\n");
    message.push_str("help: or ");
    message.push_str(leave_plain(left_plain));
    message
}

pub(crate) fn crosses_by_ref(name: &Ident) -> String {
    format!(
        "[C028] `{name}` is bound by reference to an item that stays with the parallel part, but the in-order part uses \
         it: remove the `ref`, so that the value itself crosses"
    )
}

// Functions.

pub(crate) fn loops_in_async() -> String {
    "[C060] the loops of async code cannot run on threads, since waiting for them would block the executor: \
     move the loop into a function that is not async, and call it through your runtime's `spawn_blocking`"
        .into()
}

pub(crate) fn attribute_below() -> String {
    "[C060] this attribute would change the function behind `#[concurrent]`, which must see its final form: put it \
     above `#[concurrent]`"
        .into()
}

pub(crate) fn const_function() -> String {
    "[C060] a `const fn` is evaluated by the compiler, where there are no threads: remove `const`".into()
}

pub(crate) fn task_is_async() -> String {
    "[C060] an `async fn` cannot be a task of a thread pool: remove `async`, or spawn it on your async runtime".into()
}

pub(crate) fn task_is_unsafe() -> String {
    "[C060] an `unsafe fn` cannot be a task, since `submit` could not keep its contract: wrap it in a safe function"
        .into()
}

pub(crate) fn task_is_extern() -> String {
    "[C060] a function with a foreign calling convention cannot be a task: wrap it in a plain `fn`".into()
}

pub(crate) fn task_is_main() -> String {
    "[C060] `main` cannot be a task: annotate the function that does the work".into()
}

pub(crate) fn task_is_test() -> String {
    "[C060] a test cannot be a task: annotate the function that it tests".into()
}

pub(crate) fn task_with_self() -> String {
    "[C061] a method cannot be a task: make it a free function that takes what it needs by value, or in an `Arc`".into()
}

pub(crate) fn task_in_impl() -> String {
    "[C061] a function of an `impl` block or a trait cannot be a task, since `submit` and `map` belong to a type of its name, \
     which cannot be declared there: move it out of the block"
        .into()
}

pub(crate) fn task_names_self() -> String {
    "[C061] a function of an `impl` block cannot be a task, since `submit` and `map` belong to a type of its name, which \
     cannot be declared there: move it out of the block, and write the type's name for `Self`"
        .into()
}

pub(crate) fn task_with_mut(name: &Ident) -> String {
    format!(
        "[C061] a task cannot borrow `{name}` for writing, since its caller goes on meanwhile: take it by value and \
         return it, or take an `Arc<Mutex<_>>`"
    )
}

pub(crate) fn task_with_code(name: &Ident) -> String {
    format!(
        "[C062] `{name}` is code (a closure or a function pointer), which cannot be encoded for another process: take the \
         data that it works on, and an `enum` that says what to do, or use `mode = \"thread\"`"
    )
}

pub(crate) fn task_with_unowned(name: &Ident) -> String {
    format!("[C063] `{name}` has no owned form that a task could keep: take a `Box`, an `Arc`, or a concrete type")
}

pub(crate) fn task_with_borrow(name: &Ident) -> String {
    format!(
        "[C063] `{name}` holds a borrow that ends when the caller goes on: take an owned type (only a reference at the \
         outermost place, such as `&str`, becomes owned by itself)"
    )
}

pub(crate) fn task_result_borrows() -> String {
    "[C063] the result of a task outlives its arguments, so it cannot borrow from them: return an owned value".into()
}

pub(crate) fn task_result_is_impl() -> String {
    "[C063] the result of a task needs a name, for its `Future`: return a concrete type or a `Box<dyn ..>`".into()
}

// Reductions.

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
