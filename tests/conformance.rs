//! `conformance.md` is complete, and every test that it names exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How many rows there are of each kind whose rows are numbered from 1.
const NUMBERED: [(&str, usize); 12] = [
    ("FUT-", 21),
    ("EXE-", 19),
    ("WAIT-", 9),
    ("ASC-", 5),
    ("INI-", 4),
    ("THR-", 7),
    ("SHU-", 7),
    ("SHU-T", 7),
    ("SHU-P", 6),
    ("PRO-", 26),
    ("DEAD-", 16),
    ("INT-", 26),
];

/// The table: what holds each row.
fn rows() -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for line in read("conformance.md").lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, behaviour, held] = cells[..] else { panic!("three cells, not {line}") };
        assert!(!behaviour.is_empty() && !held.is_empty(), "{line}");
        assert!(rows.insert(id.to_owned(), held.to_owned()).is_none(), "{id} is there twice");
    }
    rows
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_row_is_there() {
    let rows = rows();
    for (kind, n) in NUMBERED {
        let missing: Vec<_> = (1..=n).map(|i| format!("{kind}{i}")).filter(|id| !rows.contains_key(id)).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
    }
    let named = rows.keys().filter(|id| id.starts_with("NEW-") || id.starts_with("PEER-")).count();
    let numbered: usize = NUMBERED.iter().map(|(_, n)| n).sum();
    assert_eq!(rows.len(), numbered + named, "a row with an unknown id");
}

#[test]
fn every_test_that_holds_a_row_exists() {
    for (id, held) in rows() {
        if held.starts_with("meaningless: ") {
            continue;
        }
        for test in held.split(", ") {
            let test = test.trim_matches('`');
            let (file, function) =
                test.split_once("::").unwrap_or_else(|| panic!("{id}: {test} is no `file::function`"));
            let source = read(&format!("{file}.rs"));
            let is_test = source.contains(&format!("#[test]\nfn {function}()"));
            // A body over every executor is a generic function, named again in the list at the end of the file.
            let is_generic =
                ["E: Executor", "P: Pool"].map(|over| source.contains(&format!("\nfn {function}<{over}>()")));
            let is_body = is_generic.contains(&true) && source.lines().any(|line| line.trim() == function);
            assert!(is_test || is_body, "{id}: no test {test}");
        }
    }
}
