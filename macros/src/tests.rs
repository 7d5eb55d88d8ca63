//! Holds the expansions that `examples/expanded/` explains to what the macro writes.

use crate::pipeline;
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::path::Path;
use std::{env, fs};
use syn::{Attribute, File, Item, ItemFn, Meta};

#[test]
fn the_smallest_loop_expands_as_explained() {
    check("smallest_loop");
}

#[test]
fn the_smallest_task_expands_as_explained() {
    check("smallest_task");
}

/// Compares the expansion of the functions in `NAME.rs` with `NAME_expanded.rs`. Comments and layout are free.
///
/// With `UPDATE_EXPECT` set, a file that explains another expansion is written anew, and the test fails all the
/// same: the comments are lost and have to be brought back by hand.
fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/expanded");
    let explained_path = folder.join(format!("{name}_expanded.rs"));
    let written = expand(read(&folder.join(format!("{name}.rs"))));
    let explained = unparse(read(&explained_path));
    if written == explained {
        return;
    }
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&explained_path, &written).expect("the expanded file can be written");
    }
    let (at, line) = first_difference(&explained, &written);
    panic!(
        "{name}_expanded.rs is not what the macro writes, first at line {at}:\n{line}\n\nThe macro writes:\n{written}"
    );
}

fn read(path: &Path) -> File {
    let text = fs::read_to_string(path).expect("the example is there");
    syn::parse_file(&text).expect("the example is Rust")
}

/// What the compiler makes of the file.
fn expand(file: File) -> String {
    let items = file.items.into_iter().map(|item| match item {
        Item::Fn(function) => expand_function(function),
        // Nothing but the attribute is imported from there.
        Item::Use(import) if import.to_token_stream().to_string().contains("concurrent_futures") => TokenStream::new(),
        item => item.into_token_stream(),
    });
    unparse(syn::parse2(items.collect()).expect("the expansion is Rust"))
}

fn expand_function(mut function: ItemFn) -> TokenStream {
    let position = function.attrs.iter().position(is_ours).expect("the function is annotated");
    let args = match function.attrs.remove(position).meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    pipeline::concurrent(args, function.into_token_stream())
}

fn is_ours(attr: &Attribute) -> bool {
    attr.path().is_ident("concurrent")
}

/// The text of a file without comments and without the documentation of the file itself.
fn unparse(file: File) -> String {
    prettyplease::unparse(&File { attrs: Vec::new(), shebang: None, ..file })
}

/// The number of the first line that differs, and both versions of it.
fn first_difference(explained: &str, written: &str) -> (usize, String) {
    let (explained, written): (Vec<_>, Vec<_>) = (explained.lines().collect(), written.lines().collect());
    let longest = explained.len().max(written.len());
    let at = (0..longest).find(|&at| explained.get(at) != written.get(at)).expect("the texts differ");
    let line = |lines: &[&str]| lines.get(at).map_or("(end)", |line| line.trim()).to_owned();
    (at + 1, format!("explained: {}\nwritten:   {}", line(&explained), line(&written)))
}
