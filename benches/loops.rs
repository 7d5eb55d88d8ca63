//! The plain loop, the annotated loop and hand-written rayon, beside each other in one run.
//!
//! ```text
//! cargo bench --bench loops             # all bodies, about 20 s
//! cargo bench --bench loops -- 10us     # one of 1us, 10us, 1ms
//! ```
//!
//! The contenders take turns, so that whatever else the machine does meets all of them. Warm: one call
//! after another. Idle: 500 µs of rest before each call, in which helpers go to sleep. Printed are medians
//! and, in brackets, the ratio to the plain loop (more is faster); every result is compared.

use concurrent_futures::concurrent;
use rayon::prelude::*;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};
use std::{array, env};

/// One pass over the contenders takes a few milliseconds or more, whatever the body.
const BODIES: [Body; 3] = [
    Body { name: "1us", micros: 1, n_items: 10_000, n_rounds: 151 },
    Body { name: "10us", micros: 10, n_items: 1_000, n_rounds: 151 },
    Body { name: "1ms", micros: 1_000, n_items: 100, n_rounds: 21 },
];
const CONTENDERS: [Contender; 3] = [plain, annotated, by_rayon];

struct Body {
    name: &'static str,
    micros: u64,
    n_items: u64,
    n_rounds: usize,
}

type Contender = fn(n: u64, steps: u64) -> Vec<u64>;

fn plain(n: u64, steps: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for x in 0..n {
        out.push(work(x, steps));
    }
    out
}

#[concurrent]
fn annotated(n: u64, steps: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for x in 0..n {
        out.push(work(x, steps));
    }
    out
}

fn by_rayon(n: u64, steps: u64) -> Vec<u64> {
    (0..n).into_par_iter().map(|x| work(x, steps)).collect()
}

/// A chain of dependent steps that no compiler shortens and no other core speeds up.
#[inline(never)]
fn work(x: u64, steps: u64) -> u64 {
    (0..steps).fold(x, |state, step| black_box(state ^ (state << 13)).rotate_left(7).wrapping_add(step))
}

fn main() {
    // Cargo passes `--bench`.
    let only: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let per_micro = steps_per_micro();
    println!("{:22}{:>12}{:>22}{:>22}{:>18}", "", "plain", "annotated", "rayon", "annotated/rayon");
    for body in &BODIES {
        if only.is_empty() || only.iter().any(|name| name == body.name) {
            let steps = body.micros * per_micro;
            for (state, rest) in [("warm", Duration::ZERO), ("idle", Duration::from_micros(500))] {
                let medians = medians(body, steps, rest);
                println!("{}", row(&format!("{} x {}, {state}", body.n_items, body.name), medians));
            }
        }
    }
}

/// The median time of each contender.
fn medians(body: &Body, steps: u64, rest: Duration) -> [Duration; 3] {
    let expected = plain(body.n_items, steps);
    let mut times: [Vec<Duration>; 3] = array::from_fn(|_| Vec::with_capacity(body.n_rounds));
    // The first pass starts threads and is not counted.
    for round in 0..=body.n_rounds {
        for turn in 0..CONTENDERS.len() {
            // Nobody always runs behind the same neighbour.
            let which = (turn + round) % CONTENDERS.len();
            if !rest.is_zero() {
                thread::sleep(rest);
            }
            let start = Instant::now();
            let result = CONTENDERS[which](body.n_items, steps);
            let time = start.elapsed();
            assert_eq!(result, expected, "contender {which} computes something else");
            if round > 0 {
                times[which].push(time);
            }
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

fn row(what: &str, [plain, annotated, rayon]: [Duration; 3]) -> String {
    let ratio = |of: Duration, to: Duration| of.as_secs_f64() / to.as_secs_f64();
    let readable = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
    let compared = |time: Duration| format!("{} ({:.2}x)", readable(time), ratio(plain, time));
    format!(
        "{what:22}{:>12}{:>22}{:>22}{:>18.3}",
        readable(plain),
        compared(annotated),
        compared(rayon),
        ratio(annotated, rayon)
    )
}

/// How many steps of [`work`] take a microsecond here: the fastest of several tries.
fn steps_per_micro() -> u64 {
    const STEPS: u64 = 100_000;
    let tries = (0..20).map(|_| {
        let start = Instant::now();
        black_box(work(1, STEPS));
        start.elapsed()
    });
    let fastest = tries.min().expect("there are tries").as_nanos().max(1) as u64;
    (STEPS * 1_000 / fastest).max(1)
}
