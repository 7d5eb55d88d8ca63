//! What a worker process sees of the function around a loop: copies of the variables that its part of the body uses, under
//! their own names, borrowed where they were borrowed.
//!
//! ```text
//! cargo run --release --example captures
//! ```

use concurrent_futures::concurrent;
use serde::{Deserialize, Serialize};
use std::process::{self, ExitCode};

/// Anything that serde can encode.
#[derive(Serialize, Deserialize)]
struct Rule {
    name: String,
    limit: usize,
}

impl Rule {
    fn applies(&self, text: &str) -> bool {
        text.len() > self.limit
    }

    /// `self`, `prefix` and each `text` are borrowed here, and in the worker too. `seen` is changed, so it stays here.
    #[concurrent(mode = "process", workers = 2)]
    fn check(&self, texts: &[String], prefix: &str) -> (Vec<String>, Vec<u32>) {
        let mut found = Vec::new();
        let mut seen = Vec::new();
        for text in texts {
            let worker = process::id();
            let line =
                format!("{prefix}{}: {text} {}", self.name, if self.applies(text) { "is too long" } else { "is fine" });
            if !seen.contains(&worker) {
                seen.push(worker);
            }
            found.push(line);
        }
        (found, seen)
    }
}

fn main() -> ExitCode {
    let rule = Rule { name: "length".to_owned(), limit: 4 };
    let texts = ["one", "three", "seven", "ten"].map(str::to_owned);
    let (lines, workers) = rule.check(&texts, "- ");
    lines.iter().for_each(|line| println!("{line}"));
    println!("this is process {}, and these looked at the texts: {workers:?}", process::id());

    let expected = [
        "- length: one is fine",
        "- length: three is too long",
        "- length: seven is too long",
        "- length: ten is fine",
    ];
    if lines != expected || workers.contains(&process::id()) {
        eprintln!("that is not what the plain loop gives, elsewhere");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
