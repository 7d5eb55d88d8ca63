//! What the forms are run over, and how their results are compared.

use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use concurrent_futures_suite::timed;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// A seed printed by a failure, to run it again.
pub(crate) const SEED: &str = "LOOP_FORMS_SEED";
/// Random inputs for each form; a third of them under a `CONCURRENT_SCHEDULE`.
pub(crate) const CASES: u32 = 9;

/// What a form is run over.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) numbers: Vec<u64>,
    pub(crate) words: Vec<String>,
    pub(crate) text: String,
}

pub(crate) fn inputs() -> impl Strategy<Value = Input> {
    let line = "( {0,2}[a-d]{1,2}=[0-9x]{1,3} {0,1}|[a-d ]{0,6})";
    (vec(0..100_u64, 0..40), vec("[a-e]{0,4}", 0..30), vec(line, 0..25)).prop_map(|(numbers, words, lines)| Input {
        numbers,
        words,
        text: lines.join("\n"),
    })
}

/// Takes uneven time, so that later iterations finish before earlier ones.
pub(crate) fn work(n: u64) -> u64 {
    thread::sleep(Duration::from_micros((7 - n % 8) * 15));
    n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 40
}

/// Work on a text.
pub(crate) fn weigh(text: &str) -> u64 {
    work(text.bytes().map(u64::from).sum())
}

/// Work that may fail.
pub(crate) fn try_work(n: u64) -> Result<u64, String> {
    if n == 77 { Err(format!("{n} is bad")) } else { Ok(work(n)) }
}

/// The outcome of a run, in a form that can be compared.
pub(crate) fn outcome<T: Debug>(run: impl FnOnce() -> T) -> String {
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => format!("{value:?}"),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => format!("panic: {text}"),
            Err(payload) => format!("panic: {:?}", payload.downcast_ref::<&str>()),
        },
    }
}

/// A form: under which options, and how to run it.
pub(crate) type Variant = (&'static str, fn(&Input) -> String);

pub(crate) fn compare(plain: fn(&Input) -> String, variants: &[Variant]) {
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos())
    });
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let cases = if std::env::var_os("CONCURRENT_SCHEDULE").is_some() { CASES / 3 } else { CASES };
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let verdict = runner.run(&inputs(), |input| {
        let expected = plain(&input);
        for (options, run) in variants {
            let got = run(&input);
            if got != expected {
                return Err(TestCaseError::fail(format!("with {options}\nexpected {expected}\ngot      {got}")));
            }
        }
        Ok(())
    });
    if let Err(error) = verdict {
        panic!("{SEED}={seed}\n{error}");
    }
}

/// One compilation of a form; the attribute stands on its first item.
macro_rules! variant {
    ($name:ident, $call:expr, [$($attr:tt)*] $($text:tt)*) => {
        pub(super) mod $name {
            #[allow(unused_imports, reason = "not every form needs all of them")]
            use super::super::*;

            #[$($attr)*]
            $($text)*

            pub(in super::super) fn run(input: &$crate::Input) -> String {
                let call: fn(&$crate::Input) -> _ = $call;
                $crate::outcome(|| call(input))
            }
        }
    };
}
pub(crate) use variant;
