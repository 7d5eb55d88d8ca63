//! Loops.

use crate::model::left_plain::LeftPlain;
use proc_macro2::Ident;

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

pub(crate) fn shared_with_source(place: &str, left_plain: LeftPlain) -> String {
    format!(
        "[C002] what the loop iterates over uses `{place}` too, and one of the two changes it: it is asked for items ahead, \
         before the iterations in front of them are complete\n\
         help: collect the items into a vector in front of the loop, and iterate over that; if iterations add to them, \
         repeat it while there are more\n\
         help: or {}",
        leave_plain(left_plain)
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

pub(crate) fn error_of_open_type(method: &Ident) -> String {
    let typed = if method == "parse" { "parse::<u64>()" } else { "u64::try_from(..)" };
    format!(
        "[C029] the error of this `{method}()` crosses from the parallel to the in-order part of a \
         `#[concurrent(mode = \"process\")]` loop, but its type is only known where the value is used, and few errors can be \
         sent from a worker process\n\
         help: say which type is meant, and turn the error into its text: `{typed}.map_err(|error| error.to_string())?`, with \
         `.map_err(io::Error::other)` or the like in front of the `?` where the function returns an error of another kind\n\
         help: or use `mode = \"thread\"`"
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

pub(crate) fn loop_carried(place: &str, how: &str, at: &str, ways_out: &[String], left_plain: LeftPlain) -> String {
    let way_out = ways_out.join("\nhelp: ");
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

/// For a variable that a call gets as `&mut`, and gives something for.
pub(crate) fn own_state(place: &str, to: &str, is_process: bool) -> String {
    let mut way_out = format!(
        "if what `{to}` finds in `{place}` makes no difference to what it gives (it is scratch space, or only saves \
         computing a value again), make one inside the loop and pass that"
    );
    if !is_process {
        way_out.push_str(
            "; or if it saves much, let all share one: pass a `&Mutex<_>`, locked only to look up and to insert",
        );
    }
    way_out
}

/// For a variable that a call gets as `&mut`, and gives nothing for.
pub(crate) fn returned_instead(place: &str, to: &str) -> String {
    format!("let `{to}` return what is to be put into `{place}`, and put it there in a statement of its own")
}

pub(crate) fn in_any_order(effect: &str) -> String {
    format!(
        "if it does not matter in which order the iterations come to {effect}, put `#[concurrent(parallel)]` on that statement"
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

/// For a variable that the loop may only read but for some parts, which it changes.
pub(crate) fn taken_out(whole: &str, parts: &[String], may_be_left: bool) -> String {
    let name = |part: &str| {
        let fields = part[whole.len() + 1..].replace('.', "_");
        if fields.starts_with(|c: char| c.is_ascii_digit()) { format!("part_{fields}") } else { fields }
    };
    let each = |way: &dyn Fn(&str, &str) -> String| -> String {
        parts.iter().map(|part| way(&name(part), part)).collect::<Vec<_>>().join(" ")
    };
    let all = parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(" or ");
    let taken = each(&|name, part| format!("let mut {name} = std::mem::take(&mut {part});"));
    let names = parts.iter().map(|part| format!("`{}`", name(part))).collect::<Vec<_>>().join(", ");
    let back = each(&|name, part| format!("{part} = {name};"));
    if may_be_left {
        return format!(
            "if nothing that is called on `{whole}` changes it, or uses {all}: `{taken}`, call a function with the loop in \
             it, which gets `&{whole}` and `&mut` of {names}, and then write `{back}`, whichever way the loop was left"
        );
    }
    let read = match whole {
        "self" => "then `let this = &*self;`; use `this`".to_owned(),
        _ if whole.starts_with("self.") => format!("then `let this = &{whole};`; use `this`"),
        _ => format!("and {}; use `{whole}`", shared(whole)),
    };
    format!(
        "if nothing that is called on `{whole}` changes it, or uses {all}: `{taken}` in front of the loop, {read}, \
         {names} in it, and write `{back}` behind it"
    )
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
