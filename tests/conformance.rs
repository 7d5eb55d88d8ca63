//! `conformance.md` is complete, and every test that it names exists and cannot run for ever.

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

/// How many there are of those that have names.
const NAMED: [(&str, usize); 2] = [("NEW-", 28), ("PEER-", 15)];

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
    for (kind, n) in NAMED {
        assert_eq!(rows.keys().filter(|id| id.starts_with(kind)).count(), n, "{kind}");
    }
    let all: usize = NUMBERED.iter().chain(&NAMED).map(|(_, n)| n).sum();
    assert_eq!(rows.len(), all, "a row with an unknown id");
}

#[test]
fn every_test_that_holds_a_row_exists_and_has_a_time_limit() {
    for (id, held) in rows() {
        if held.starts_with("meaningless: ") {
            continue;
        }
        for test in held.split(", ") {
            let test = test.trim_matches('`');
            let (file, function) =
                test.split_once("::").unwrap_or_else(|| panic!("{id}: {test} is no `file::function`"));
            let source = read(&format!("{file}.rs"));
            if let Some((_, rest)) = source.split_once(&format!("#[test]\nfn {function}() {{\n")) {
                let (body, _) = rest.split_once("\n}\n").unwrap_or_else(|| panic!("{test} has no end"));
                // The programs which that one starts end themselves when something hangs.
                let has_limit = body.contains("timed(") || body.contains("timed_within(") || file == "stress";
                assert!(has_limit, "{id}: {test} has no time limit");
                continue;
            }
            // A body over every executor is a generic function, named again in a list at the end of the file, which gives it a
            // time limit.
            let is_generic =
                ["E: Executor", "P: Pool"].map(|over| source.contains(&format!("\nfn {function}<{over}>()")));
            let is_body = is_generic.contains(&true) && source.lines().any(|line| line.trim() == function);
            assert!(is_body, "{id}: no test {test}");
        }
    }
}
