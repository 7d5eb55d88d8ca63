//! How often each word stands in the files of a folder: files are read and counted in parallel, the counts are added up in
//! order, and the first file that cannot be read ends it.
//!
//! ```text
//! cargo run --release --example word_count
//! ```
//!
//! It writes its own files into a temporary folder.

use concurrent_futures::concurrent;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

#[path = "support/medians.rs"]
mod medians;
#[path = "support/table.rs"]
mod table;

#[concurrent]
fn count_words(paths: &[PathBuf]) -> io::Result<BTreeMap<String, usize>> {
    let mut total = BTreeMap::new();
    for path in paths {
        let text = fs::read_to_string(path)?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        for (word, n) in counts {
            *total.entry(word).or_default() += n;
        }
    }
    Ok(total)
}

/// The same without the attribute.
fn count_words_plain(paths: &[PathBuf]) -> io::Result<BTreeMap<String, usize>> {
    let mut total = BTreeMap::new();
    for path in paths {
        let text = fs::read_to_string(path)?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        for (word, n) in counts {
            *total.entry(word).or_default() += n;
        }
    }
    Ok(total)
}

fn main() -> io::Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let mut paths = write_files(folder.path())?;
    // Errors are compared by their text.
    let run = |count: fn(&[PathBuf]) -> io::Result<_>, paths: &[PathBuf]| count(paths).map_err(|e| e.to_string());

    let counts = count_words(&paths)?;
    println!("{} words, `parallel` stands there {} times", counts.len(), counts["parallel"]);
    let equal = medians::compare("200 files", 5, || run(count_words_plain, &paths), || run(count_words, &paths));

    // The first file that cannot be read, in the order of the list, is the error.
    fs::write(&paths[150], [0xff, 0xfe])?;
    paths[120] = folder.path().join("gone");
    let error = run(count_words, &paths);
    let equal = equal && error.is_err() && error == run(count_words_plain, &paths);
    println!("with a file missing: {}", error.err().unwrap_or_default());
    Ok(if equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Files of uneven length.
fn write_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    const WORDS: [&str; 8] = ["The", "loop", "runs", "in", "parallel", "and", "gives", "the same"];
    let mut paths = Vec::new();
    for file in 0..200_usize {
        let words: Vec<&str> = (0..500 + file * 20).map(|i| WORDS[(i * i + file) % WORDS.len()]).collect();
        let path = folder.join(format!("{file}.txt"));
        fs::write(&path, words.join(" "))?;
        paths.push(path);
    }
    Ok(paths)
}
