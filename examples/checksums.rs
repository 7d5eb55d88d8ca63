//! The SHA-256 of every file below a folder, in the format of `sha256sum`: reading and hashing run in
//! parallel, the lines come out in order.
//!
//! ```text
//! cargo run --release --example checksums -- DIR > SHA256SUMS
//! sha256sum --check SHA256SUMS
//! ```
//!
//! Without arguments it takes the folder of the runtime's own source, which is small. Files are sorted by
//! path; symbolic links are not followed. What cannot be read is reported on standard error, one line
//! each, and the exit code is then 1. A first pass prints the checksums (and warms the disk cache), then
//! the plain and the concurrent loop are timed and compared; the table goes to standard error.

use concurrent_futures::concurrent;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fmt};
use walkdir::WalkDir;

#[path = "support/table.rs"]
mod table;

/// Writes a line for each file, and returns what could not be read.
#[concurrent]
fn checksums(paths: &[PathBuf], out: &mut dyn Write) -> io::Result<Vec<String>> {
    let mut unreadable = Vec::new();
    for path in paths {
        match hash(path) {
            Ok(digest) => write_line(out, path, &digest)?,
            Err(error) => unreadable.push(format!("{}: {error}", path.display())),
        }
    }
    Ok(unreadable)
}

/// The same without the attribute.
fn checksums_plain(paths: &[PathBuf], out: &mut dyn Write) -> io::Result<Vec<String>> {
    let mut unreadable = Vec::new();
    for path in paths {
        match hash(path) {
            Ok(digest) => write_line(out, path, &digest)?,
            Err(error) => unreadable.push(format!("{}: {error}", path.display())),
        }
    }
    Ok(unreadable)
}

/// The SHA-256 of a file, read piece by piece.
fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(n) => hasher.update(&piece[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Digits, two spaces, name. A name with a backslash or a line break is escaped, and the line then starts
/// with a backslash. Names need not be UTF-8.
fn write_line(out: &mut dyn Write, path: &Path, digest: &[u8; 32]) -> io::Result<()> {
    let name = path.as_os_str().as_encoded_bytes();
    let mut escaped = Vec::with_capacity(name.len());
    for &byte in name {
        match byte {
            b'\\' => escaped.extend(br"\\"),
            b'\n' => escaped.extend(br"\n"),
            b'\r' => escaped.extend(br"\r"),
            _ => escaped.push(byte),
        }
    }
    let mark = if escaped == name { "" } else { r"\" };
    write!(out, "{mark}{}  ", Hex(digest))?;
    out.write_all(&escaped)?;
    out.write_all(b"\n")
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The files below `dir` in the order of their paths' bytes, and what could not be looked into.
fn files(dir: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let mut paths = Vec::new();
    let mut unreadable = Vec::new();
    for entry in WalkDir::new(dir) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => paths.push(entry.into_path()),
            Ok(_) => {}
            Err(error) => unreadable.push(error.to_string()),
        }
    }
    paths.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    (paths, unreadable)
}

fn main() -> io::Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/runtime/src");
    let dir = arguments.next().map_or_else(|| PathBuf::from(default), PathBuf::from);
    if arguments.next().is_some() {
        eprintln!("usage: checksums [DIR]");
        return Ok(ExitCode::from(2));
    }

    let (paths, mut unreadable) = files(&dir);
    let mut stdout = BufWriter::new(io::stdout().lock());
    unreadable.extend(checksums(&paths, &mut stdout)?);
    stdout.flush()?;
    for problem in &unreadable {
        eprintln!("checksums: {problem}");
    }

    let (mut expected, mut lines) = (Vec::new(), Vec::new());
    let (plain, sequential) = table::timed(|| checksums_plain(&paths, &mut expected));
    let (parallel, concurrent) = table::timed(|| checksums(&paths, &mut lines));
    eprintln!("{}", table::Table::default().row(format!("SHA-256 of {} files", paths.len()), sequential, concurrent));
    if lines != expected || plain? != parallel? {
        eprintln!("checksums: the two loops differ, or the files have just been changed");
        return Ok(ExitCode::FAILURE);
    }
    Ok(if unreadable.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
