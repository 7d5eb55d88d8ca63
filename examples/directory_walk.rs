//! A walk over a folder that goes on where something is wrong: entries come in order from one thread, files are read in
//! parallel, and lines and errors are reported in the order of the walk.
//!
//! ```text
//! cargo run --release --example directory_walk
//! ```
//!
//! It makes its own folder, with files that are not text and a link that leads to itself.

use concurrent_futures::concurrent;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};
use walkdir::{DirEntry, WalkDir};

#[path = "support/medians.rs"]
mod medians;
#[path = "support/table.rs"]
mod table;

/// What the walk found.
#[derive(Debug, Default, PartialEq)]
struct Report {
    n_lines: usize,
    longest: (usize, String),
    errors: Vec<String>,
}

#[concurrent]
fn walk(root: &Path) -> Report {
    let mut report = Report::default();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        match look_at(entry) {
            Ok(None) => {}
            Ok(Some(file)) => {
                report.n_lines += file.n_lines;
                report.longest = report.longest.clone().max((file.longest, file.name));
            }
            Err(error) => report.errors.push(error.to_string()),
        }
    }
    report
}

/// The same without the attribute.
fn walk_plain(root: &Path) -> Report {
    let mut report = Report::default();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        match look_at(entry) {
            Ok(None) => {}
            Ok(Some(file)) => {
                report.n_lines += file.n_lines;
                report.longest = report.longest.clone().max((file.longest, file.name));
            }
            Err(error) => report.errors.push(error.to_string()),
        }
    }
    report
}

/// A file of text.
struct Text {
    name: String,
    n_lines: usize,
    /// The letters and digits of its longest line.
    longest: usize,
}

/// Reads what the walk came to, unless it is a folder.
fn look_at(entry: walkdir::Result<DirEntry>) -> Result<Option<Text>, Box<dyn Error + Send + Sync>> {
    let entry = entry?;
    if !entry.file_type().is_file() {
        return Ok(None);
    }
    let name = entry.file_name().to_string_lossy().into_owned();
    let text = fs::read_to_string(entry.path()).map_err(|error| format!("{name}: {error}"))?;
    let letters = |line: &str| line.chars().filter(|c| c.is_alphanumeric()).count();
    let longest = text.lines().map(letters).max().unwrap_or(0);
    Ok(Some(Text { name, n_lines: text.lines().count(), longest }))
}

fn main() -> io::Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    make_files(folder.path())?;
    let report = walk(folder.path());
    println!("{} lines, the longest in {}", report.n_lines, report.longest.1);
    println!("{} errors, the first: {}", report.errors.len(), report.errors.first().map_or("none", String::as_str));
    let equal = medians::compare("400 files", 5, || walk_plain(folder.path()), || walk(folder.path()));
    Ok(if equal && !report.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn make_files(root: &Path) -> io::Result<()> {
    for number in 0..400_usize {
        let folder = root.join(format!("{:02}", number / 20));
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{number:03}.txt"));
        let line = format!("{}\n", "one two three ".repeat(1 + number % 13));
        let text = line.repeat(200);
        // Every fiftieth is not text.
        fs::write(path, if number % 50 == 49 { vec![0xff; 100] } else { text.into_bytes() })?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(root, root.join("10").join("back"))?;
    Ok(())
}
