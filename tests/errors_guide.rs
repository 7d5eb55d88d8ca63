//! Every message has a section in `docs/errors.md` and a program in `ui-tests/fail`, and the guide quotes what the
//! compiler says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(dir: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(dir)).unwrap_or_else(|error| panic!("{dir}: {error}"));
    let paths = entries.map(|entry| entry.expect("a readable directory").path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

fn guide() -> String {
    read(&root().join("docs/errors.md"))
}

/// The codes in square brackets: `[C020]`.
fn codes(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("[C").map(|(at, _)| &text[at + 1..]);
    let is_code = |code: &&str| code.len() == 4 && code[1..].bytes().all(|byte| byte.is_ascii_digit());
    starts.filter_map(|rest| rest.split(']').next()).filter(is_code).map(str::to_owned).collect()
}

/// The codes of all messages in the sources.
fn codes_in_use() -> BTreeSet<String> {
    let folders = ["runtime/src/private", "runtime/src/private/processes", "macros/src/diag/catalog"];
    let sources = folders.iter().flat_map(|folder| files(folder, "rs"));
    let found: BTreeSet<String> = sources.flat_map(|path| codes(&read(&path))).collect();
    assert!(found.len() > 10, "the sources are not where this test looks: {found:?}");
    found
}

/// The sections of the guide: code and text.
fn sections() -> Vec<(String, String)> {
    let guide = guide();
    let sections = guide.split("\n### ").skip(1);
    sections
        .map(|section| {
            let (code, text) = section.split_once('\n').expect("a section has a heading and a text");
            (code.to_owned(), text.to_owned())
        })
        .collect()
}

#[test]
fn every_code_has_a_section() {
    let explained: BTreeSet<String> = sections().into_iter().map(|(code, _)| code).collect();
    let missing: Vec<_> = codes_in_use().difference(&explained).cloned().collect();
    assert!(missing.is_empty(), "docs/errors.md has no section for {missing:?}");
}

/// What needs no message: its codes stand in a table.
fn allowed() -> Vec<String> {
    let guide = guide();
    let (_, table) = guide.split_once("## What needs no message").expect("the guide has this table");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| C"));
    rows.map(|row| format!("C{}", &row[..3])).collect()
}

/// All that somebody has thought of; numbers in between are free.
const CODES: [u32; 54] = [
    1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
    36, 37, 40, 41, 42, 43, 44, 45, 46, 47, 60, 61, 62, 63, 64, 65, 66, 80, 81, 82, 83, 84, 85,
];

#[test]
fn the_guide_knows_every_code() {
    let known: BTreeSet<String> = sections().into_iter().map(|(code, _)| code).chain(allowed()).collect();
    let codes: BTreeSet<String> = CODES.iter().map(|code| format!("C{code:03}")).collect();
    assert_eq!(known, codes);
}

#[test]
fn what_needs_no_message_compiles() {
    let program = read(&root().join("ui-tests/pass/allowed-forms.rs"));
    for code in allowed() {
        let name = format!("fn {}_", code.to_lowercase());
        assert!(program.contains(&name), "allowed-forms.rs has no {name}");
    }
}

#[test]
fn every_code_has_a_program() {
    let explained = sections().into_iter().map(|(code, _)| code);
    let names: Vec<String> = files("ui-tests/fail", "rs")
        .iter()
        .map(|path| path.file_name().expect("it is a file").to_string_lossy().into_owned())
        .collect();
    for code in codes_in_use().into_iter().chain(explained) {
        let prefix = format!("{}-", code.to_lowercase());
        assert!(names.iter().any(|name| name.starts_with(&prefix)), "ui-tests/fail has no {prefix}*.rs");
    }
}

#[test]
fn the_guide_quotes_what_the_compiler_says() {
    let outputs = files("ui-tests/fail", "stderr");
    for (code, text) in sections() {
        let prefix = format!("{}-", code.to_lowercase());
        let of_code = outputs
            .iter()
            .filter(|path| path.file_name().expect("it is a file").to_string_lossy().starts_with(&prefix));
        let printed: Vec<String> = of_code.map(|path| read(path)).collect();
        let blocks = text.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
        let quotes: Vec<&str> = blocks.flat_map(str::lines).collect();
        assert!(!quotes.is_empty(), "section {code} quotes no message");
        for quote in quotes {
            assert!(
                printed.iter().any(|output| output.contains(quote)),
                "section {code} quotes `{quote}`, which no {prefix}*.stderr says"
            );
        }
    }
}

#[test]
fn messages_do_not_depend_on_what_is_installed() {
    let shows_foreign = |path: &PathBuf| {
        let text = read(path);
        // Excerpts of the standard library are printed only where `rust-src` is installed.
        ["$RUST/", "/rustc/", "$CARGO/", "/target/"].iter().any(|foreign| text.contains(foreign))
    };
    let name = |path: &PathBuf| path.file_name().expect("it is a file").to_string_lossy().into_owned();
    let found: Vec<String> =
        files("ui-tests/fail", "stderr").iter().filter(|path| shows_foreign(path)).map(name).collect();
    assert!(found.is_empty(), "{found:?} show what is printed only where `rust-src` is installed");
}
