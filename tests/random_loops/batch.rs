//! Many programs compiled as one crate and run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::program::Program;

/// The options that each program runs under.
pub(crate) const OPTIONS: [&str; 4] =
    ["", "workers = 3, chunksize = 1", "workers = 2, buffersize = 4", "workers = 3, chunksize = 5"];

/// A program that hangs would run longer than this for all of its batch.
const TIME_LIMIT: Duration = Duration::from_secs(120);

const PRELUDE: &str = include_str!("prelude.rs");

/// A macro that leaves the loop: it stands in each file that uses it, so that its errors do too.
const SKIP_IF: &str = "macro_rules! skip_if { ($e:expr) => { if $e { continue; } }; }\n";

/// Where the crates lie that a batch is linked with.
pub(crate) struct Libraries {
    runtime: PathBuf,
    folder: PathBuf,
}

impl Libraries {
    /// Asks cargo, which has built them for this test already.
    pub(crate) fn find() -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["test", "--offline", "--no-run", "--test", "random_loops", "--message-format=json"]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
        let artifact = text
            .lines()
            .find(|line| line.contains("compiler-artifact") && line.contains("\"name\":\"concurrent_futures\""))
            .expect("the runtime is among what cargo built");
        let runtime = artifact.split('"').find(|word| word.ends_with(".rlib")).expect("the runtime is a library");
        let runtime = PathBuf::from(runtime);
        Self { folder: runtime.parent().expect("it lies in a folder").to_owned(), runtime }
    }
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// Refused by the macro: with which code.
    pub(crate) refused: BTreeMap<usize, String>,
    /// Not valid without the annotation either: the generator's fault.
    pub(crate) invalid: BTreeMap<usize, String>,
    /// Wrong: what differs, or what the compiler said about the annotated function alone.
    pub(crate) wrong: BTreeMap<usize, String>,
    /// Ran, with equal results.
    pub(crate) equal: BTreeSet<usize>,
}

/// Compiles and runs `programs`, over `n_inputs` inputs made from `seed`, under each of the `schedules`.
pub(crate) fn run(
    libraries: &Libraries,
    programs: &BTreeMap<usize, Program>,
    seed: u64,
    n_inputs: usize,
    schedules: &[String],
) -> Verdicts {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut verdicts = Verdicts::default();
    let mut left: BTreeSet<usize> = programs.keys().copied().collect();
    fs::write(folder.path().join("prelude.rs"), PRELUDE).expect("the folder can be written to");
    for (number, program) in programs {
        write_program(folder.path(), *number, program);
    }
    // What is refused or invalid shows with one set of options already, without code being made.
    for (n_options, emit) in [(1, "metadata"), (OPTIONS.len(), "link")] {
        while !left.is_empty() {
            write_main(folder.path(), programs, &left, n_options);
            let output = compile(libraries, folder.path(), emit);
            if output.status.success() {
                break;
            }
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            let n_left = left.len();
            sort_out(&errors, &mut left, &mut verdicts);
            assert!(left.len() < n_left, "the compiler's errors belong to no program:\n{errors}");
        }
    }
    for schedule in schedules {
        if !left.is_empty() {
            execute(folder.path(), seed, n_inputs, schedule, &mut left, &mut verdicts);
        }
    }
    verdicts.equal = left;
    verdicts
}

fn write_program(folder: &Path, number: usize, program: &Program) {
    let head = "use super::prelude::*;\n";
    let write = |name: String, attribute: &str| {
        let text = program.text(attribute);
        let macros = if text.contains("skip_if!") { SKIP_IF } else { "" };
        fs::write(folder.join(name), format!("{head}{macros}{text}")).expect("the folder can be written to");
    };
    write(format!("p{number}_plain.rs"), "");
    for (at, options) in OPTIONS.iter().enumerate() {
        let attribute = match *options {
            "" => "#[concurrent_futures::concurrent]".to_owned(),
            options => format!("#[concurrent_futures::concurrent({options})]"),
        };
        write(format!("p{number}_{at}.rs"), &attribute);
    }
}

fn write_main(folder: &Path, programs: &BTreeMap<usize, Program>, numbers: &BTreeSet<usize>, n_options: usize) {
    let mut text = "mod prelude;\n".to_owned();
    let mut table = String::new();
    for number in numbers {
        text += &format!("mod p{number}_plain;\n");
        let may_be_left = programs[number].may_be_left();
        table += &format!(
            "        ({number}, {may_be_left}, |a, b, c| format!(\"{{:?}}\", p{number}_plain::f(a, b, c)), &[\n"
        );
        for (at, options) in OPTIONS.iter().enumerate().take(n_options) {
            text += &format!("mod p{number}_{at};\n");
            table +=
                &format!("            (\"{options}\", |a, b, c| format!(\"{{:?}}\", p{number}_{at}::f(a, b, c))),\n");
        }
        table += "        ]),\n";
    }
    text += &format!("fn main() {{\n    prelude::main_of_batch(&[\n{table}    ]);\n}}\n");
    fs::write(folder.join("main.rs"), text).expect("the folder can be written to");
}

fn compile(libraries: &Libraries, folder: &Path, emit: &str) -> Output {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.args(["--edition", "2024", "--crate-name", "batch", "--error-format", "short", "--cap-lints", "allow"]);
    command.args(["-C", "debuginfo=0", "--emit", emit]).arg("--out-dir").arg(folder);
    command.arg("--extern").arg(format!("concurrent_futures={}", libraries.runtime.display()));
    command.arg("-L").arg(format!("dependency={}", libraries.folder.display()));
    command.arg(folder.join("main.rs"));
    // There the toolchain is the one that built the libraries.
    command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("rustc can be started")
}

/// Takes the programs with errors out of those that are left.
fn sort_out(errors: &str, left: &mut BTreeSet<usize>, verdicts: &mut Verdicts) {
    let mut plain: BTreeMap<usize, String> = BTreeMap::new();
    let mut annotated: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for line in errors.lines() {
        let Some((place, message)) = line.split_once(": error") else { continue };
        let Some((_, file)) = place.rsplit_once("/p") else { continue };
        let Some((number, variant)) = file.split_once('_') else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        let message = format!("{}: error{message}", file.split_once('_').map_or(file, |(_, rest)| rest));
        if variant.starts_with("plain") {
            plain.insert(number, message);
        } else {
            annotated.entry(number).or_default().push(message);
        }
    }
    for (number, messages) in annotated {
        if plain.contains_key(&number) || !left.remove(&number) {
            continue;
        }
        match messages.iter().find_map(|message| code(message)) {
            Some(code) => verdicts.refused.insert(number, code),
            None => verdicts.wrong.insert(number, messages.join("\n")),
        };
    }
    for (number, message) in plain {
        left.remove(&number);
        verdicts.invalid.insert(number, message);
    }
}

/// The macro's code in a message.
fn code(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("[C0")?;
    let (digits, _) = rest.split_once(']')?;
    Some(format!("C0{digits}"))
}

fn execute(
    folder: &Path,
    seed: u64,
    n_inputs: usize,
    schedule: &str,
    left: &mut BTreeSet<usize>,
    verdicts: &mut Verdicts,
) {
    let out = folder.join("out");
    let mut command = Command::new(folder.join("batch"));
    command.arg(seed.to_string()).arg(n_inputs.to_string()).env("CONCURRENT_SCHEDULE", schedule);
    command.stdout(fs::File::create(&out).expect("a file for the output")).stderr(Stdio::null());
    let mut child = command.spawn().expect("the batch can be started");
    let start = Instant::now();
    while child.try_wait().expect("the child is ours").is_none() {
        if start.elapsed() > TIME_LIMIT {
            // It may have ended just now.
            child.kill().ok();
            child.wait().expect("the child is ours");
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    let text = fs::read_to_string(&out).expect("the output is text");
    let mut started = None;
    for line in text.lines() {
        if let Some(number) = line.strip_prefix("start ") {
            started = number.parse::<usize>().ok();
        } else if let (Some(what), Some(number)) = (line.strip_prefix("differs "), started) {
            left.remove(&number);
            verdicts.wrong.insert(number, format!("schedule `{schedule}`: {what}"));
        }
    }
    if !text.lines().any(|line| line == "end") {
        let number = started.expect("a batch that ends early has started a program");
        left.remove(&number);
        verdicts.wrong.insert(number, format!("schedule `{schedule}`: does not end, or ends the process"));
    }
}
