//! What random functions call. Compiled with each batch of them.

pub(crate) use std::collections::BTreeMap;
pub(crate) use std::error::Error;
pub(crate) use std::fmt::Write as _;
pub(crate) use std::sync::Mutex;

/// How often each function was called with each argument since the last [`taken`].
type Calls = BTreeMap<(&'static str, u64), usize>;

static CALLS: Mutex<Calls> = Mutex::new(Calls::new());

fn record(function: &'static str, argument: u64) {
    // A panic of `risky` is none of ours: the lock is not held then.
    *CALLS.lock().expect("nobody panics with the lock").entry((function, argument)).or_default() += 1;
}

fn taken() -> Calls {
    std::mem::take(&mut *CALLS.lock().expect("nobody panics with the lock"))
}

/// Takes uneven time.
pub(crate) fn work(n: u64) -> u64 {
    record("work", n);
    for _ in 0..n % 4 {
        std::thread::yield_now();
    }
    (n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 33) % 1000
}

pub(crate) fn pair(a: u64, b: u64) -> u64 {
    record("pair", a ^ (b << 32));
    work(a) ^ (b % 1000)
}

pub(crate) fn weigh(text: &str) -> u64 {
    work(text.bytes().map(u64::from).sum())
}

/// Must not be called where the plain loop would not call it.
pub(crate) fn risky(n: u64) -> u64 {
    record("risky", n);
    assert!(n % 13 != 5, "risky({n})");
    work(n)
}

pub(crate) fn try_work(n: u64) -> Result<u64, String> {
    record("try_work", n);
    if n % 17 == 11 { Err(format!("{n} is bad")) } else { Ok(work(n)) }
}

pub(crate) fn opt_work(n: u64) -> Option<u64> {
    record("opt_work", n);
    (n % 7 != 3).then(|| work(n))
}

/// Changes what it is given.
pub(crate) fn bump(n: &mut u64, by: u64) -> u64 {
    record("bump", *n ^ (by << 32));
    *n = n.wrapping_mul(3).wrapping_add(by) % 10_007;
    *n
}

pub(crate) fn at(values: &[u64], i: u64) -> u64 {
    if values.is_empty() { 0 } else { values[i as usize % values.len()] }
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) hits: u64,
    pub(crate) names: Vec<String>,
    pub(crate) factor: u64,
    pub(crate) inner: Inner,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) seen: Vec<u64>,
    pub(crate) depth: u64,
}

impl State {
    pub(crate) fn score(&self, n: u64) -> u64 {
        record("score", n);
        work(n + self.factor) ^ self.hits
    }

    pub(crate) fn feed(&mut self, n: u64) {
        record("feed", n);
        self.hits ^= n;
        self.inner.seen.push(n % 10);
    }
}

macro_rules! twice {
    ($e:expr) => {
        ($e % 1000) * 2
    };
}
pub(crate) use twice;

macro_rules! skip_if {
    ($e:expr) => {
        if $e {
            continue;
        }
    };
}
pub(crate) use skip_if;

macro_rules! add_to {
    ($target:expr, $e:expr) => {
        $target += $e % 1000
    };
}
pub(crate) use add_to;

type Run = fn(&[u64], &[String], u64) -> String;

/// A program: its number, whether its loop can be left early, the plain function, and the annotated ones by their options.
pub(crate) type Entry = (usize, bool, Run, &'static [(&'static str, Run)]);

/// The result, and the calls on the way.
fn outcome(run: Run, input: &(Vec<u64>, Vec<String>, u64)) -> (String, Calls) {
    taken();
    let result = std::panic::catch_unwind(|| run(&input.0, &input.1, input.2));
    let result = result.unwrap_or_else(|payload| match payload.downcast::<String>() {
        Ok(text) => format!("panic: {text}"),
        Err(payload) => format!("panic: {:?}", payload.downcast_ref::<&str>()),
    });
    // Whoever leaves a loop waits for the iterations that have begun.
    (result, taken())
}

/// What is wrong with the calls of the annotated function, if anything. Every call of the plain one is made; more are only
/// in iterations ahead of an exit.
fn wrong_calls(expected: &Calls, got: &Calls, may_be_ahead: bool) -> Option<String> {
    for call in expected.keys().chain(got.keys()) {
        let times = |calls: &Calls| calls.get(call).copied().unwrap_or(0);
        let (expected, got) = (times(expected), times(got));
        if got < expected || (got > expected && !may_be_ahead) {
            return Some(format!("{}({}) is called {got} times instead of {expected}", call.0, call.1));
        }
    }
    None
}

/// Runs all programs over `n` inputs made from a seed, and reports on standard output.
pub(crate) fn main_of_batch(programs: &[Entry]) {
    std::panic::set_hook(Box::new(|_| {}));
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>().expect("a number"));
    let (mut random, n) = (args.next().expect("a seed"), args.next().expect("how many inputs"));
    let mut draw = move |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut inputs = Vec::new();
    for at in 0..n {
        let numbers = (0..if at == 0 { 40 } else { draw(30) }).map(|_| draw(100)).collect::<Vec<u64>>();
        let words = (0..if at == 0 { 25 } else { draw(20) })
            .map(|_| (0..draw(5)).map(|_| char::from(b'a' + draw(5) as u8)).collect::<String>())
            .collect::<Vec<String>>();
        inputs.push((numbers, words, draw(20)));
    }
    for (number, may_be_left, plain, variants) in programs {
        println!("start {number}");
        'inputs: for input in &inputs {
            let (expected, calls) = outcome(*plain, input);
            let may_be_ahead = *may_be_left || expected.starts_with("panic: ");
            for (options, run) in *variants {
                let (got, got_calls) = outcome(*run, input);
                if let Some(wrong) = wrong_calls(&calls, &got_calls, may_be_ahead) {
                    println!("differs {number} with {options}; input {input:?}; {wrong}");
                    break 'inputs;
                }
                if got != expected {
                    println!("differs {number} with {options}; input {input:?}; expected {expected}; got {got}");
                    break 'inputs;
                }
            }
        }
    }
    println!("end");
}
