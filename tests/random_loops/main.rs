//! Random functions with a loop give, annotated, what they give without the annotation, or are refused with a code of ours.
//!
//! ```text
//! grammar ──► program ──► batch: one crate of many, plainly and under several options ──► results and calls compared
//! ```
//!
//! `CONCURRENT_TEST_PROGRAMS` sets how many (30), `CONCURRENT_TEST_SEED` the first; a failure prints its seed.

mod batch;
mod grammar;
mod program;

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use batch::{Libraries, Verdicts};
use program::Program;

/// Compiled together: more at once take less time in all, and lose more to a crash.
const BATCH: usize = 60;
/// Rounds in which a failing program is made smaller, one compilation each.
const ROUNDS: usize = 12;
/// A test of refusals would be no test of results.
const MOST_REFUSED: f64 = 0.6;

fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

#[test]
fn random_loops_give_the_plain_result() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| u64::from(now.subsec_nanos()));
    let first = from_environment("CONCURRENT_TEST_SEED").unwrap_or(now);
    let n = from_environment("CONCURRENT_TEST_PROGRAMS").unwrap_or(30) as usize;
    println!("CONCURRENT_TEST_SEED={first} CONCURRENT_TEST_PROGRAMS={n}");
    let schedules = [String::new(), "reverse".to_owned(), format!("random:{first}")];
    let libraries = Libraries::find();
    let mut all = Verdicts::default();
    let programs: BTreeMap<usize, Program> = (0..n).map(|at| (at, grammar::program(seed_of(first, at)))).collect();
    let numbers: Vec<usize> = programs.keys().copied().collect();
    for numbers in numbers.chunks(BATCH) {
        let some = numbers.iter().map(|number| (*number, programs[number].clone())).collect();
        let verdicts = batch::run(&libraries, &some, first, 8, &schedules);
        all.refused.extend(verdicts.refused);
        all.invalid.extend(verdicts.invalid);
        all.wrong.extend(verdicts.wrong);
        all.equal.extend(verdicts.equal);
    }
    report(&all, n);
    let failing = |number: &usize| programs[number].size();
    if let Some(smallest) = all.wrong.keys().min_by_key(|number| failing(number)) {
        let seed = seed_of(first, *smallest);
        println!("{} programs are wrong, the smallest has seed {seed}", all.wrong.len());
        let (program, why) = shrink(&libraries, programs[smallest].clone(), &all.wrong[smallest], first, &schedules);
        panic!(
            "CONCURRENT_TEST_SEED={first}, program {smallest}: {why}\nThe plain twin is without the first line:\n{}",
            program.text("#[concurrent]")
        );
    }
    for (number, message) in &all.invalid {
        println!("invalid {number}: {message}\n{}", programs[number].text(""));
    }
    assert!(all.invalid.len() * 10 <= n, "the generator makes too many programs that are not valid");
    let refused = all.refused.len() as f64 / n as f64;
    assert!(refused <= MOST_REFUSED, "{refused:.2} of the programs are refused: nothing is tested");
}

/// Every program is made from a number of its own, so that one can be made alone.
fn seed_of(first: u64, at: usize) -> u64 {
    // Mixed, since the generator's own numbers are equal steps.
    let mixed = first.wrapping_add(at as u64).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53)
}

fn report(all: &Verdicts, n: usize) {
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for code in all.refused.values() {
        *codes.entry(code).or_default() += 1;
    }
    println!(
        "{n} programs: {} equal, {} refused {codes:?}, {} not valid, {} wrong",
        all.equal.len(),
        all.refused.len(),
        all.invalid.len(),
        all.wrong.len()
    );
    for (number, why) in &all.wrong {
        println!("wrong {number}: {}", why.chars().take(600).collect::<String>());
    }
}

/// Takes away what the failure does not need.
fn shrink(
    libraries: &Libraries,
    mut program: Program,
    why: &str,
    seed: u64,
    schedules: &[String],
) -> (Program, String) {
    let mut why = why.to_owned();
    for _ in 0..ROUNDS {
        let smaller: BTreeMap<usize, Program> = program.smaller().into_iter().enumerate().collect();
        let verdicts = batch::run(libraries, &smaller, seed, 8, schedules);
        let Some(best) = verdicts.wrong.keys().min_by_key(|number| smaller[number].size()) else { break };
        program = smaller[best].clone();
        why = verdicts.wrong[best].clone();
    }
    (program, why)
}
