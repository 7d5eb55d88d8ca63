//! Long chains of SHA-512: what one attribute does for a loop that keeps a processor busy.
//!
//! ```text
//! cargo run --release --example hash_all              # 256 chains of 35,000 hashes each
//! cargo run --release --example hash_all 1000 5000    # 1,000 chains of 5,000
//! ```

use concurrent_futures::concurrent;
use sha2::{Digest, Sha512};
use std::env;
use std::process::ExitCode;

#[path = "support/table.rs"]
mod table;

#[concurrent]
fn hash_all(n: u64, depth: u64) -> Vec<String> {
    let mut digests = Vec::new();
    for i in 0..n {
        digests.push(hash_one(i, depth));
    }
    digests
}

/// The same in ten processes, two chains at a time. It is no faster than threads: processes are for isolation.
#[concurrent(mode = "process", workers = 10, chunksize = 2)]
fn hash_all_in_processes(n: u64, depth: u64) -> Vec<String> {
    let mut digests = Vec::new();
    for i in 0..n {
        digests.push(hash_one(i, depth));
    }
    digests
}

/// The same without the attribute.
fn hash_all_plain(n: u64, depth: u64) -> Vec<String> {
    let mut digests = Vec::new();
    for i in 0..n {
        digests.push(hash_one(i, depth));
    }
    digests
}

/// The hash of the hash of the hash … of the text of `seed`, in hexadecimal digits.
fn hash_one(seed: u64, depth: u64) -> String {
    let mut digest = Sha512::digest(seed.to_string());
    for _ in 1..depth {
        digest = Sha512::digest(digest);
    }
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn main() -> ExitCode {
    let Some((n, depth)) = arguments() else {
        eprintln!("usage: hash_all [CHAINS [DEPTH]]");
        return ExitCode::from(2);
    };
    let (expected, sequential) = table::timed(|| hash_all_plain(n, depth));
    let (digests, concurrent) = table::timed(|| hash_all(n, depth));

    let (in_processes, elsewhere) = table::timed(|| hash_all_in_processes(n, depth));

    let what = format!("{n} chains of {depth} hashes");
    let table = table::Table::default().row(format!("{what}, threads"), sequential, concurrent);
    println!("{}", table.row(format!("{what}, 10 processes"), sequential, elsewhere));
    if digests != expected || in_processes != expected {
        eprintln!("the digests differ");
        return ExitCode::FAILURE;
    }
    println!("the digests are the same");
    ExitCode::SUCCESS
}

/// The number of chains and their length; `None` if they are not numbers, or too many.
fn arguments() -> Option<(u64, u64)> {
    let numbers: Vec<u64> = env::args().skip(1).map(|text| text.parse().ok()).collect::<Option<_>>()?;
    match numbers[..] {
        [] => Some((256, 35_000)),
        [n] => Some((n, 35_000)),
        [n, depth] => Some((n, depth)),
        _ => None,
    }
}
