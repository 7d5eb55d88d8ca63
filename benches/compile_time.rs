//! What the attribute costs at compile time: 100 annotated functions, the same functions plain, and the same by hand with
//! rayon.
//!
//! ```text
//! cargo bench --bench compile_time          # 7 rounds, a minute or two
//! cargo bench --bench compile_time -- 15    # so many rounds
//! ```
//!
//! Three crates of equal content are written below the target folder, their dependencies are built once, and then they
//! are checked and built (without optimization, not incrementally) in turn. Printed are medians of the time that cargo
//! takes, and the ratio to the plain functions; on Linux also of the processor time, which other programs disturb less. No
//! network is used.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

const N_FUNCTIONS: usize = 100;
const CONTENDERS: [&str; 3] = ["plain", "annotated", "by_rayon"];
const COMMANDS: [&str; 2] = ["check", "build"];

const HEAD: &str = "#![allow(unused_imports)]
use concurrent_futures::concurrent;
use rayon::prelude::*;
use std::collections::BTreeMap;

pub fn work(n: u64) -> u64 { n.wrapping_mul(31) ^ (n >> 3) }
pub fn try_work(n: u64) -> Result<u64, String> { if n == 77 { Err(format!(\"{n} is bad\")) } else { Ok(work(n)) } }
pub fn weigh(text: &str) -> u64 { text.bytes().map(u64::from).sum() }
";

/// Four loops as people write them; the last is left early. `{i}` is a number.
const WRITTEN: [&str; 4] = [
    "pub fn f{i}(numbers: &[u64]) -> Vec<u64> {
    let mut out = Vec::new();
    for n in numbers {
        out.push(work(*n + {i}));
    }
    out
}
",
    "pub fn f{i}(words: &[String]) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        let key = weigh(word.trim()) % {i};
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}
",
    "pub fn f{i}(n: u64) -> f64 {
    let mut total = 0.0;
    for x in 0..n {
        let y = work(x) % {i};
        if y == 3 {
            continue;
        }
        total += (y as f64).sqrt();
    }
    total
}
",
    "pub fn f{i}(numbers: &[u64]) -> Result<Vec<u64>, String> {
    let mut out = Vec::new();
    for n in numbers {
        let y = try_work(*n + {i})?;
        out.push(y);
    }
    Ok(out)
}
",
];

/// The same functions as one writes them with rayon; results keep their order.
const BY_RAYON: [&str; 4] = [
    "pub fn f{i}(numbers: &[u64]) -> Vec<u64> {
    numbers.par_iter().map(|n| work(*n + {i})).collect()
}
",
    "pub fn f{i}(words: &[String]) -> BTreeMap<u64, usize> {
    let keys: Vec<u64> = words.par_iter().map(|word| weigh(word.trim()) % {i}).collect();
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}
",
    "pub fn f{i}(n: u64) -> f64 {
    let made: Vec<u64> = (0..n).into_par_iter().map(|x| work(x) % {i}).collect();
    let mut total = 0.0;
    for y in made {
        if y == 3 {
            continue;
        }
        total += (y as f64).sqrt();
    }
    total
}
",
    "pub fn f{i}(numbers: &[u64]) -> Result<Vec<u64>, String> {
    numbers.par_iter().map(|n| try_work(*n + {i})).collect()
}
",
];

fn main() {
    let n_rounds = env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(7_usize);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
    write_crates(&folder);
    for contender in CONTENDERS {
        for command in COMMANDS {
            cargo(&folder, command, contender);
        }
    }
    println!("{N_FUNCTIONS} functions with a loop each, medians of {n_rounds} rounds");
    let mut times = vec![Vec::new(); COMMANDS.len() * CONTENDERS.len()];
    for _ in 0..n_rounds {
        for (c, command) in COMMANDS.iter().enumerate() {
            for (at, contender) in CONTENDERS.iter().enumerate() {
                touch(&folder, contender);
                times[c * CONTENDERS.len() + at].push(cargo(&folder, command, contender));
            }
        }
    }
    for (command, times) in COMMANDS.iter().zip(times.chunks(CONTENDERS.len())) {
        print(&format!("cargo {command}"), times.iter().map(|times| median(times.iter().map(|time| time.0))));
        if times[0].iter().all(|time| time.1.is_some()) {
            print("  processor time", times.iter().map(|times| median(times.iter().filter_map(|time| time.1))));
        }
    }
}

fn print(what: &str, medians: impl Iterator<Item = Duration>) {
    let medians: Vec<f64> = medians.map(|time| time.as_secs_f64()).collect();
    let shown = CONTENDERS
        .iter()
        .zip(&medians)
        .map(|(contender, seconds)| format!("{contender} {seconds:.2} s ({:.2})", seconds / medians[0]));
    println!("{what}: {}", shown.collect::<Vec<_>>().join(", "));
}

fn write_crates(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = |path: PathBuf, text: String| {
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    };
    let members = CONTENDERS.map(|name| format!("{name:?}")).join(", ");
    write(folder.join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"));
    // The same versions as here, so that nothing is looked for elsewhere.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
    for contender in CONTENDERS {
        let runtime = root.join("runtime");
        let manifest = format!(
            "[package]\nname = \"{contender}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             concurrent-futures = {{ path = {runtime:?} }}\n\
             rayon = {{ version = \"1.12\", default-features = false }}\n"
        );
        write(folder.join(contender).join("Cargo.toml"), manifest);
        let texts = if contender == "by_rayon" { BY_RAYON } else { WRITTEN };
        let attribute = if contender == "annotated" { "#[concurrent]\n" } else { "" };
        let function = |i: usize| format!("\n{attribute}{}", texts[i % 4].replace("{i}", &(i + 5).to_string()));
        let functions: String = (0..N_FUNCTIONS).map(function).collect();
        write(folder.join(contender).join("src/lib.rs"), format!("{HEAD}{functions}"));
    }
}

/// Makes cargo compile a crate again.
fn touch(folder: &Path, contender: &str) {
    let path = folder.join(contender).join("src/lib.rs");
    let text = fs::read(&path).expect("the file is there");
    fs::write(path, text).expect("the file can be written");
}

/// How long `cargo COMMAND -p CONTENDER` takes, and how much processor time if that is known.
fn cargo(folder: &Path, command: &str, contender: &str) -> (Duration, Option<Duration>) {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command_line = Command::new(cargo);
    command_line.args([command, "--offline", "--quiet", "-p", contender]).current_dir(folder);
    command_line.env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_INCREMENTAL", "0");
    command_line.env_remove("RUSTFLAGS");
    let (start, used) = (Instant::now(), used_by_children());
    let status = command_line.status().expect("cargo can be started");
    let elapsed = start.elapsed();
    assert!(status.success(), "cargo {command} -p {contender} failed");
    let used = used_by_children().zip(used).map(|(after, before)| after - before);
    (elapsed, used)
}

/// The processor time of all children that have ended, and of theirs, on Linux.
fn used_by_children() -> Option<Duration> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name in parentheses; in hundredths of a second.
    let (_, fields) = text.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(13).take(2).map(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis(10 * (ticks.next()?? + ticks.next()??)))
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}
