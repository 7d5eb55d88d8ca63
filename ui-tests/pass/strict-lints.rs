//! Generated code causes no lint in the user's crate.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use concurrent_futures::concurrent;
use std::collections::BTreeMap;
use std::error::Error;

fn work(n: u64) -> u64 {
    n * n
}

/// Everything that a body may contain.
#[concurrent(workers = 3)]
fn grouped(lines: &[&str]) -> Result<BTreeMap<String, Vec<u64>>, Box<dyn Error>> {
    let mut groups: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut n_lines = 0;
    'lines: for (number, line) in lines.iter().enumerate() {
        n_lines += 1;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let (key, value) = line.split_once('=').ok_or("no `=`")?;
        let value: u64 = value.parse()?;
        if value == 13 {
            break 'lines;
        }
        if value == 14 {
            return Err(format!("line {number}").into());
        }
        groups.entry(key.to_owned()).or_default().push(work(value));
    }
    println!("{n_lines} lines");
    Ok(groups)
}

/// A loop without a body of its own.
#[concurrent(unordered, workers = 3)]
fn sum(numbers: &[u64]) -> u64 {
    let mut sum = 0;
    for &n in numbers {
        sum += work(n);
    }
    sum
}

/// A loop in the parallel part of a loop, and nothing in order.
#[concurrent(workers = 3)]
fn table(rows: &mut [Vec<u64>]) {
    for row in rows.iter_mut() {
        for cell in row.iter_mut() {
            *cell = work(*cell);
        }
    }
}

/// Stays sequential.
#[concurrent(mode = "sequential")]
fn plain(n: u64) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        sum += work(i);
    }
    sum
}

/// A task with everything.
#[concurrent(task, workers = 2, chunksize = 2)]
#[must_use]
pub fn scaled(text: &str, by: usize) -> String {
    text.repeat(by)
}

/// A task in a module.
pub mod inner {
    use concurrent_futures::concurrent;

    /// Generic over everything.
    #[concurrent(task)]
    #[must_use]
    pub fn all<T: Clone + Send, const N: usize>(value: &T) -> [T; N] {
        std::array::from_fn(|_| value.clone())
    }

    #[concurrent(task)]
    pub(crate) fn hidden() {}
}

/// Pushes from branches, to several vectors.
#[concurrent(workers = 3)]
fn apart(numbers: &[u64]) -> (Vec<u64>, Vec<String>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for n in numbers {
        match work(*n) {
            0 => {}
            n if n % 2 == 0 => good.push(n),
            n => bad.extend([n.to_string(), String::new()]),
        }
        good.push(*n);
    }
    (good, bad)
}

/// As somebody who does not format may write it.
#[rustfmt::skip]
#[concurrent(workers = 3)]
fn on_one_line(numbers: &[u64]) -> Vec<u64> {
    let mut out = Vec::new();
    for n in numbers { for m in 0..*n { out.push(work(m)); } }
    for n in numbers { out.push(work(*n)) }
    out
}

fn main() -> Result<(), Box<dyn Error>> {
    assert_eq!(grouped(&["a=2", "", "a=3", "b=4", "b=13", "x"])?.len(), 2);
    assert_eq!(sum(&[1, 2]), 5);
    let mut rows = vec![vec![2], vec![3]];
    table(&mut rows);
    assert_eq!(rows, [[4], [9]]);
    assert_eq!(plain(3), 5);
    let (good, bad) = apart(&[1, 2]);
    assert_eq!((good.len(), bad.len()), (3, 2));
    assert_eq!(on_one_line(&[2, 3]), [0, 1, 0, 1, 4, 4, 9]);
    assert_eq!(scaled("a", 2), scaled::submit("a".to_owned(), 2).result()?);
    assert_eq!(scaled::map([("a".to_owned(), 2)]).count(), 1);
    assert_eq!(inner::all::submit::<u8, 3>(7).result()?, [7; 3]);
    inner::hidden::submit().result()?;
    Ok(())
}
