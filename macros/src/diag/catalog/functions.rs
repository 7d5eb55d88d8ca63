//! Functions.

use proc_macro2::Ident;

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
