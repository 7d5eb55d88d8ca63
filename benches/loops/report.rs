//! What is printed: the tables in Markdown, and the cells that miss a goal.

use crate::bodies::Skew;
use crate::cells::{Cell, State};
use crate::contenders::Contender;
use crate::measure::Times;
use crate::sinks::Sink;

/// Beside a busy neighbour, an annotated loop may take this many times as long as the plain one, or as the best other.
const GOAL_WHEN_BUSY: f64 = 1.15;
const GOAL: f64 = 1.05;
/// Against the plain loop, where the source is not indexed.
const GOAL_UNINDEXED: f64 = 1.10;
/// Parallelism pays where the best other contender takes less than this many times as long as the plain loop.
const PAYS: f64 = 0.95;
/// With `workers = 2` given, a call may take this many microseconds longer than the plain loop.
const GOAL_LOSS: f64 = 50.0;

pub(crate) fn header(what: &str, columns: &[String]) {
    println!("\n| {what:<34} | {} |", columns.join(" | "));
    println!("|{}|{}", "-".repeat(36), "---:|".repeat(columns.len()));
}

pub(crate) fn row(name: &str, columns: &[String]) {
    println!("| {name:<34} | {} |", columns.join(" | "));
}

pub(crate) fn columns(contenders: &[Contender]) -> Vec<String> {
    let mut columns: Vec<_> = contenders.iter().map(|who| who.name().to_owned()).collect();
    columns.push("annotated / best other".to_owned());
    columns
}

/// The row of a cell: the plain time, everybody's ratio to it, and that of the annotated loop to the best other.
pub(crate) fn figures(times: &Times, contenders: &[Contender]) -> Vec<String> {
    let mut figures = vec![time(times.plain)];
    let cell = |figure: Option<f64>, width| figure.map_or(format!("{:>width$}", "-"), |figure| ratio(figure, width));
    figures.extend(contenders.iter().skip(1).map(|who| cell(times.ratio(*who), who.name().len().max(5))));
    let to_best = times.ratio(Contender::Annotated).zip(times.best_other()).map(|(ours, best)| ours / best);
    figures.push(cell(to_best, 5));
    figures
}

fn ratio(ratio: f64, width: usize) -> String {
    if ratio >= 100.0 { format!("{ratio:>width$.0}") } else { format!("{ratio:>width$.2}") }
}

pub(crate) fn time(seconds: f64) -> String {
    let (figure, unit) = match seconds {
        s if s < 1e-6 => (s * 1e9, "ns"),
        s if s < 1e-3 => (s * 1e6, "us"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s "),
    };
    format!("{figure:>6.1} {unit}")
}

/// The goals that a cell misses.
pub(crate) fn missed(cell: Cell, times: &Times, busy: bool) -> Vec<String> {
    let Some(ours) = times.ratio(Contender::Annotated) else { return Vec::new() };
    let to_plain = match cell.sink.is_indexed() {
        _ if busy => GOAL_WHEN_BUSY,
        true => GOAL,
        false => GOAL_UNINDEXED,
    };
    let to_best = if busy { GOAL_WHEN_BUSY } else { GOAL };
    let mut missed = Vec::new();
    if ours > to_plain {
        let micros = (ours - 1.0) * times.plain * 1e6;
        let why = why_slower_than_plain(cell, times);
        missed.push(format!(
            "{}: annotated / plain is {ours:.2} (goal {to_plain}), {micros:.2} us lost: {why}",
            cell.name()
        ));
    }
    if let Some(best) = times.best_other().filter(|best| *best < PAYS && ours / best > to_best) {
        let why = why_slower_than_best(cell, times);
        missed.push(format!("{}: annotated / best other is {:.2} (goal {to_best}): {why}", cell.name(), ours / best));
    }
    missed
}

/// Runs of the same cell differ by so much.
const UNKNOWN: &str = "no reason is known, and other runs may show none";

/// Loops that are shorter are shared only where they follow each other, in seconds, ...
const SHARED_FROM: f64 = 150e-6;

/// ... from this on.
const SHARED_IN_SERIES_FROM: f64 = 15e-6;

fn why_slower_than_plain(cell: Cell, times: &Times) -> &'static str {
    let is_push = matches!(cell.sink, Sink::Push | Sink::Fallible);
    match cell.state {
        State::AtOnce => "two loops for two cores: helpers of the one take turns with the other",
        _ if cell.sink == Sink::Waiting => "who sleeps for a millisecond is woken later than that",
        _ if is_push && cell.nanos <= 5 && cell.n >= 1_000 && times.plain < SHARED_FROM => {
            "the compiler does not know that the vector is as long as there were iterations; and where the loop lies in memory"
        }
        State::Idle if times.plain < SHARED_FROM => "after a rest, what decides how it runs comes from memory",
        _ if times.plain < 1e-6 => "a call takes some nanoseconds longer",
        _ if times.plain > SHARED_FROM => "calls in which workers are tried and do not pay",
        _ => UNKNOWN,
    }
}

fn why_slower_than_best(cell: Cell, times: &Times) -> &'static str {
    let by_openmp = times.ratio(Contender::OpenMp).is_some_and(|ratio| Some(ratio) == times.best_other());
    let is_halved = times.best_other().is_some_and(|best| best < 0.5);
    match cell.sink {
        _ if cell.state == State::AtOnce => why_slower_than_plain(cell, times),
        _ if times.plain < SHARED_IN_SERIES_FROM => "too short for handing over; OpenMP's threads never sleep",
        _ if times.plain < SHARED_FROM && cell.state == State::Idle => {
            "a single loop of less than 150 us is not shared"
        }
        _ if times.plain < SHARED_FROM => "handing over takes some microseconds; OpenMP's threads never sleep",
        _ if by_openmp && is_halved => "gcc makes faster code of the body: two cores do no more than halve a loop",
        _ if cell.skew == Some(Skew::One) && times.plain > 1e-3 => {
            "the long item stands in the middle: who takes items in their order needs 0.62"
        }
        Sink::Find if times.plain > 1e-3 => "chunks are small where the loop is expected to be left",
        Sink::Lines => "the iterator finds one line after the other, and cannot be cut",
        Sink::Filter if cell.nanos < 50 => {
            "items of an iterator that cannot be cut go to workers, and results come back, one by one"
        }
        Sink::Count => "the calling thread counts all words, which others have made, one after the other",
        Sink::Float => "the calling thread adds all results, in their order",
        _ if times.plain < 1e-3 && by_openmp => "threads have to be woken; OpenMP's never sleep",
        _ if times.plain < 1e-3 => "threads have to be woken, and calls in which they do not pay",
        _ => UNKNOWN,
    }
}

/// The goal that a loop with two workers misses.
pub(crate) fn missed_loss(cell: Cell, times: &Times) -> Option<String> {
    let micros = loss(times);
    (micros > GOAL_LOSS).then(|| format!("{}, workers = 2: {micros:.1} us lost (goal {GOAL_LOSS})", cell.name()))
}

/// Microseconds that a call of the annotated loop takes longer than the plain one.
pub(crate) fn loss(times: &Times) -> f64 {
    let ours = times.losses.iter().find(|(who, _)| *who == Contender::Annotated);
    ours.map_or(0.0, |(_, seconds)| seconds * 1e6)
}
