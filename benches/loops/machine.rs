//! Where the figures come from: the machine and the versions of all contenders.

use std::fs;
use std::process::Command;
use std::thread;

use crate::contenders::{Contender, openmp};

pub(crate) fn describe() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{model}, {cores} cores, {arch}, {os} {}, {rustc}", kernel.trim())
}

/// A contender with its version.
pub(crate) fn version(who: Contender) -> String {
    match who {
        Contender::Plain => "the plain loop".to_owned(),
        Contender::Annotated => format!("concurrent-futures {}", locked("concurrent-futures")),
        Contender::Rayon => format!("rayon {}", locked("rayon")),
        Contender::Orx => format!("orx-parallel {}", locked("orx-parallel")),
        Contender::Pariter => format!("pariter {}", locked("pariter")),
        Contender::Scope => "std::thread::scope".to_owned(),
        Contender::OpenMp => format!("OpenMP ({})", openmp::version().unwrap_or("no gcc".to_owned())),
    }
}

/// The version that Cargo resolved.
fn locked(name: &str) -> &'static str {
    let lock = include_str!("../../Cargo.lock");
    let line = format!("name = \"{name}\"\nversion = \"");
    let version = lock.split_once(&line).and_then(|(_, rest)| rest.split_once('"'));
    version.map_or("(unknown version)", |(version, _)| version)
}
