//! What the split knows about names of the standard library. The guide's page "The split" repeats these
//! lists.
//!
//! A name here is a guess about the method behind it. A wrong guess about what is changed or borrowed is
//! caught by the borrow checker, never by the user's results.

/// Methods that change what they are called on, whatever it is declared as. `n_args` tells `Option::take` from
/// `Iterator::take`, and `Cell::replace` from `str::replace`.
pub(crate) fn is_mutator(method: &str, n_args: usize) -> bool {
    match method {
        "take" => n_args == 0,
        "replace" => n_args == 1,
        _ => {
            matches!(
                method,
                "push"
                    | "push_str"
                    | "push_back"
                    | "push_front"
                    | "insert"
                    | "extend"
                    | "extend_from_slice"
                    | "append"
                    | "remove"
                    | "swap_remove"
                    | "pop"
                    | "pop_front"
                    | "pop_back"
                    | "clear"
                    | "truncate"
                    | "retain"
                    | "drain"
                    | "sort"
                    | "sort_unstable"
                    | "sort_by"
                    | "sort_by_key"
                    | "sort_unstable_by"
                    | "dedup"
                    | "reverse"
                    | "resize"
                    | "fill"
                    | "swap"
                    | "rotate_left"
                    | "rotate_right"
                    | "entry"
                    | "get_or_insert_with"
                    | "get_or_insert"
                    | "write_all"
                    | "write_str"
                    | "write_fmt"
                    | "flush"
                    | "read_line"
                    | "read_to_end"
                    | "read_to_string"
                    | "next"
                    | "next_back"
                    | "by_ref"
                    | "split_off"
                    | "reserve"
            ) || gives_mut(method)
        }
    }
}

/// Methods that give an exclusive reference into what they are called on.
pub(crate) fn gives_mut(method: &str) -> bool {
    method.ends_with("_mut")
}

/// Methods that only read what they are called on, even if it is declared `mut`.
pub(crate) fn is_reader(method: &str) -> bool {
    is_borrower(method)
        || matches!(
            method,
            "len"
                | "is_empty"
                | "contains"
                | "contains_key"
                | "starts_with"
                | "ends_with"
                | "clone"
                | "to_string"
                | "to_owned"
                | "to_vec"
                | "is_some"
                | "is_none"
                | "is_ok"
                | "is_err"
                | "capacity"
                | "eq"
                | "ne"
                | "cmp"
                | "partial_cmp"
                | "abs"
                | "sqrt"
                | "powi"
                | "powf"
                | "is_nan"
                | "copied"
                | "cloned"
                | "binary_search"
                | "count_ones"
                | "display"
                | "exists"
                | "is_file"
                | "is_dir"
        )
}

/// Methods that merely borrow from, or view, what they are called on: no work is saved by doing them
/// elsewhere, and their result cannot leave the thread that owns what they borrow from.
pub(crate) fn is_borrower(method: &str) -> bool {
    matches!(
        method,
        "as_str"
            | "as_bytes"
            | "as_ref"
            | "as_slice"
            | "as_path"
            | "as_os_str"
            | "as_deref"
            | "as_ptr"
            | "borrow"
            | "deref"
            | "trim"
            | "trim_start"
            | "trim_end"
            | "trim_matches"
            | "trim_start_matches"
            | "trim_end_matches"
            | "strip_prefix"
            | "strip_suffix"
            | "get"
            | "first"
            | "last"
            | "iter"
            | "chars"
            | "char_indices"
            | "bytes"
            | "lines"
            | "split"
            | "split_whitespace"
            | "split_once"
            | "rsplit_once"
            | "split_at"
            | "splitn"
            | "chunks"
            | "windows"
            | "keys"
            | "values"
            | "file_name"
            | "extension"
            | "parent"
            | "file_stem"
            | "to_str"
            | "to_string_lossy"
            | "display"
            | "as_any"
    ) || is_lazy_adapter(method)
}

/// Iterator adapters, which do nothing until they are consumed.
fn is_lazy_adapter(method: &str) -> bool {
    matches!(
        method,
        "into_iter"
            | "map"
            | "filter"
            | "filter_map"
            | "flat_map"
            | "flatten"
            | "enumerate"
            | "zip"
            | "chain"
            | "rev"
            | "skip"
            | "skip_while"
            | "take_while"
            | "map_while"
            | "step_by"
            | "peekable"
            | "cloned"
            | "copied"
            | "inspect"
            | "fuse"
            | "scan"
            | "cycle"
    )
}

/// Methods of strings, paths and slices that give a view of a part of them, the same one each time.
pub(crate) fn is_view(method: &str) -> bool {
    matches!(
        method,
        "as_str" | "as_bytes" | "as_ref" | "as_slice" | "as_path" | "as_os_str" | "trim" | "trim_start" | "trim_end"
    )
}

/// Methods that pass on what a borrower gave.
pub(crate) fn passes_on(method: &str) -> bool {
    matches!(
        method,
        "unwrap"
            | "expect"
            | "unwrap_or"
            | "unwrap_or_default"
            | "unwrap_or_else"
            | "ok"
            | "ok_or"
            | "ok_or_else"
            | "and_then"
            | "or"
            | "or_else"
            | "map_err"
    )
}

/// Methods that give one of the elements that an iterator goes through.
pub(crate) fn gives_element(method: &str, n_args: usize) -> bool {
    match method {
        "min" | "max" | "next" | "next_back" => n_args == 0,
        "nth" | "min_by" | "max_by" | "min_by_key" | "max_by_key" | "find" | "reduce" => true,
        _ => false,
    }
}

/// Adapters and sources whose elements are values of their own, for the most part.
pub(crate) fn makes_elements(method: &str) -> bool {
    matches!(
        method,
        "map" | "filter_map" | "flat_map" | "copied" | "cloned" | "chars" | "bytes" | "into_iter" | "drain"
    )
}

/// Methods that tell something of a value without borrowing from it.
pub(crate) fn is_measure(method: &str) -> bool {
    matches!(method, "len" | "is_empty" | "is_some" | "is_none" | "is_ok" | "is_err")
}

/// Methods without work worth handing over, though their result is a value of its own. `n_args` tells `Ord::min` from
/// `Iterator::min`.
pub(crate) fn is_cheap(method: &str, n_args: usize) -> bool {
    is_borrower(method)
        || gives_mut(method)
        || (matches!(method, "min" | "max") && n_args == 1)
        || passes_on(method)
        || matches!(
            method,
            "len"
                | "is_empty"
                | "is_some"
                | "is_none"
                | "is_ok"
                | "is_err"
                | "eq"
                | "ne"
                | "abs"
                | "start"
                | "end"
                | "err"
                | "take"
                | "into"
        )
}

/// Methods with an effect that others can observe the order of, when called on something that outlives
/// the iteration. `n_args` tells them from methods of the same name without one.
pub(crate) fn is_ordered_effect(method: &str, n_args: usize) -> bool {
    match method {
        // Locks, cells that are taken from.
        "lock" | "try_lock" | "write" | "try_write" | "borrow_mut" | "try_borrow_mut" | "take" => n_args == 0,
        // Channels, cells.
        "send" | "try_send" | "blocking_send" | "force_send" | "unbounded_send" | "set" | "replace" => n_args == 1,
        "send_timeout" | "send_deadline" => n_args == 2,
        // Of a cell with one argument, of an atomic with three.
        "update" => n_args == 1 || n_args == 3,
        // Atomics, once-cells.
        "store"
        | "swap"
        | "fetch_add"
        | "fetch_sub"
        | "fetch_max"
        | "fetch_min"
        | "fetch_and"
        | "fetch_or"
        | "fetch_xor"
        | "fetch_nand"
        | "fetch_not"
        | "fetch_update"
        | "try_update"
        | "compare_exchange"
        | "compare_exchange_weak"
        | "get_or_init"
        | "get_or_try_init"
        | "with_borrow_mut" => true,
        _ => false,
    }
}

/// Methods that look at what is stored in a lock, an atomic or a cell.
pub(crate) fn looks_at_shared(method: &str, n_args: usize) -> bool {
    match method {
        "read" | "try_read" | "get" | "is_locked" => n_args == 0,
        "load" => n_args == 1,
        _ => false,
    }
}

/// Methods that take the next of what arrives, through a shared reference: who asks first gets another one than who
/// asks second.
pub(crate) fn receives(method: &str, n_args: usize) -> bool {
    match method {
        "recv" | "try_recv" | "blocking_recv" | "accept" => n_args == 0,
        "recv_timeout" | "recv_deadline" | "recv_from" => n_args == 1,
        _ => false,
    }
}

/// Methods of `Read`, `Write` and `Seek`, which move the position of a stream. Some streams (files, sockets) can be
/// read and written through a shared reference.
pub(crate) fn moves_in_stream(method: &str) -> bool {
    matches!(
        method,
        "read"
            | "read_exact"
            | "read_line"
            | "read_to_end"
            | "read_to_string"
            | "read_until"
            | "write"
            | "write_all"
            | "write_fmt"
            | "seek"
            | "rewind"
    )
}

/// What a macro of the standard library (or of a crate that everybody uses) does with its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MacroKind {
    /// Writes to the terminal or a log: an ordered effect. Its arguments are formatted.
    Prints,
    /// Prints and quotes its arguments: an ordered effect with nothing to take out.
    Quotes,
    /// Writes to its first argument.
    Writes,
    /// Formats its arguments into a value, or into a panic.
    Formats,
    /// Evaluates its arguments as expressions.
    Evaluates,
    /// Returns from the function.
    Returns,
    /// Anything.
    Unknown,
}

/// Whether the macro of that name always panics.
pub(crate) fn is_panic(name: &str) -> bool {
    matches!(name, "panic" | "unreachable" | "todo" | "unimplemented")
}

/// What the macro of that name does.
pub(crate) fn macro_kind(name: &str) -> MacroKind {
    match name {
        "print" | "println" | "eprint" | "eprintln" => MacroKind::Prints,
        "dbg" | "info" | "warn" | "error" | "debug" | "trace" => MacroKind::Quotes,
        "write" | "writeln" => MacroKind::Writes,
        "format" | "format_args" | "panic" | "unreachable" | "todo" | "unimplemented" | "anyhow" | "eyre" => {
            MacroKind::Formats
        }
        "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne" | "vec"
        | "matches" | "concat" | "stringify" | "env" | "option_env" | "include_str" | "include_bytes" | "line"
        | "file" | "column" | "module_path" | "cfg" => MacroKind::Evaluates,
        "bail" | "ensure" => MacroKind::Returns,
        _ => MacroKind::Unknown,
    }
}
