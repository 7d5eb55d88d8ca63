//! Annotated loops beside the plain ones and beside those of peers, in one run.
//!
//! ```text
//! cargo bench --bench loops                                 # everything, about 8 minutes
//! cargo bench --bench loops -- --quick                      # fewer rounds and loops, about a minute
//! cargo bench --bench loops -- --busy                       # beside a process that keeps one core busy
//! cargo bench --bench loops -- --svg docs/loops.svg         # and a picture
//! cargo bench --bench loops -- sink=push items=10,1000      # keys: sink, items, body, skew, state, contender
//! cargo bench --bench loops -- 'push 1000 x 5ns'            # rows whose name contains this
//! ```
//!
//! `bodies` has what the loops compute, `sinks` the loops, plainly and annotated, `contenders` the same by hand,
//! `cells` which loops are measured, `measure` how.
//!
//! The table has one row for each loop: the time of the plain loop, and what each contender takes, divided by that (less
//! is faster). Below it stand the loops with `workers = 2` given, what the very first call of a loop takes, and the rows that
//! miss a goal.

mod bodies;
mod cells;
mod children;
mod contenders;
mod machine;
mod measure;
mod picture;
mod report;
mod sinks;

use std::time::{Duration, Instant};
use std::{env, fs};

use bodies::Calibration;
use cells::Cell;
use children::Neighbour;
use contenders::Contender;
use measure::{Effort, Ready, Times};
use sinks::Sink;

/// What the command line asks for.
struct Asked {
    quick: bool,
    busy: bool,
    svg: Option<String>,
    contenders: Vec<Contender>,
    filters: Vec<String>,
}

impl Asked {
    fn parse(arguments: Vec<String>) -> Self {
        let mut asked =
            Self { quick: false, busy: false, svg: None, contenders: Contender::ALL.to_vec(), filters: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                // Cargo passes it.
                "--bench" => {}
                "--quick" => asked.quick = true,
                "--busy" => asked.busy = true,
                "--svg" => asked.svg = Some(arguments.next().expect("--svg takes a path")),
                _ => match argument.strip_prefix("contender=") {
                    Some(names) => asked.contenders.retain(|who| {
                        let name = who.name().to_lowercase();
                        let is_wanted = |wanted: &str| name.starts_with(&wanted.to_lowercase());
                        matches!(who, Contender::Plain | Contender::Annotated) || names.split(',').any(is_wanted)
                    }),
                    None => asked.filters.push(argument),
                },
            }
        }
        asked
    }

    /// Quick runs leave out long loops and, unless somebody asks for them, rare ones.
    fn wants(&self, cell: &Cell) -> bool {
        let is_short = cell.n <= 100_000 && cell.total_nanos() <= 20_000_000;
        let is_common =
            matches!(cell.sink, Sink::Push | Sink::Sum | Sink::Filter | Sink::Nested) && cell.skew.is_none();
        let is_quick = is_short && (is_common || !self.filters.is_empty());
        cell.passes(&self.filters) && (is_quick || !self.quick)
    }

    fn effort(&self) -> Effort {
        if self.quick {
            Effort { time: Duration::from_millis(80), least_rounds: 3, most_rounds: 11 }
        } else {
            Effort { time: Duration::from_millis(800), least_rounds: 5, most_rounds: 51 }
        }
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if children::be_a_child(&arguments) {
        return;
    }
    let started = Instant::now();
    let mut asked = Asked::parse(arguments);
    if contenders::openmp::version().is_none() {
        asked.contenders.retain(|who| *who != Contender::OpenMp);
    }
    let calibration = Calibration::measure();
    let machine = machine::describe();
    println!("{machine}\n");
    for who in &asked.contenders {
        println!("- {}: {}", who.name(), machine::version(*who));
    }
    let neighbour = asked.busy.then(Neighbour::start);

    let mut missed = Vec::new();
    let times = main_table(&asked, calibration, &mut missed);
    two_workers_table(&asked, calibration, &mut missed);
    first_calls_table(&asked, calibration);
    drop(neighbour);

    println!("\n{}\n", cells::LEFT_OUT);
    println!("{} goals missed:\n", missed.len());
    missed.iter().for_each(|line| println!("- {line}"));
    println!("\n{:.0?} in all", started.elapsed());
    if let Some(path) = &asked.svg {
        let beside = if asked.busy { ", beside a process that keeps one core busy" } else { "" };
        let title = format!("Loops: time of each contender / time of the plain loop{beside}");
        fs::write(path, picture::draw(&title, &machine, &asked.contenders, &times)).expect("a place for the picture");
    }
}

fn main_table(asked: &Asked, calibration: Calibration, missed: &mut Vec<String>) -> Vec<(Cell, Times)> {
    let cells: Vec<Cell> = cells::all().into_iter().filter(|cell| asked.wants(cell)).collect();
    if cells.is_empty() {
        return Vec::new();
    }
    report::header("loop", &report::columns(&asked.contenders));
    let measure = |cell: Cell| {
        let times = Ready::new(cell, &asked.contenders, calibration).measure(cell, asked.effort());
        report::row(&cell.name(), &report::figures(&times, &asked.contenders));
        missed.extend(report::missed(cell, &times, asked.busy));
        (cell, times)
    };
    let times = cells.into_iter().map(measure);
    // Where threads wait, `plain` is no plain loop; such rows are not in the picture.
    times.filter(|(cell, _)| cell.ideal().is_none()).collect()
}

fn two_workers_table(asked: &Asked, calibration: Calibration, missed: &mut Vec<String>) {
    let cells: Vec<Cell> = cells::two_workers().into_iter().filter(|cell| asked.wants(cell)).collect();
    if cells.is_empty() {
        return;
    }
    report::header("loop with workers = 2", &["plain".to_owned(), "us longer than plain".to_owned()]);
    for cell in cells {
        let contenders = [Contender::Plain, Contender::Annotated];
        let times = Ready::new(cell, &contenders, calibration).measure(cell, asked.effort());
        report::row(&cell.name(), &[report::time(times.plain), format!("{:.2}", report::loss(&times))]);
        missed.extend(report::missed_loss(cell, &times));
    }
}

fn first_calls_table(asked: &Asked, calibration: Calibration) {
    let cells = cells::first_calls();
    let wanted: Vec<_> = cells.iter().enumerate().filter(|(_, cell)| asked.wants(cell)).collect();
    if wanted.is_empty() {
        return;
    }
    let mut columns = report::columns(&asked.contenders);
    columns.pop();
    let n_processes = if asked.quick { 1 } else { 9 };
    for (title, later) in [("first loop of a process", false), ("first call, after another loop", true)] {
        report::header(title, &columns);
        for (which, cell) in &wanted {
            let first_call = |who: Contender| {
                let takes_part = who != Contender::Pariter || cell.n <= measure::PARITER_AT_MOST;
                takes_part.then(|| children::first_calls(n_processes, *which, who, later, calibration))
            };
            let plain = first_call(Contender::Plain).expect("the plain loop takes part");
            let others = asked.contenders.iter().skip(1).map(|who| first_call(*who));
            let ratios = others.map(|time| time.map_or("-".to_owned(), |time| format!("{:.2}", time / plain)));
            report::row(&cell.loop_name(), &[report::time(plain)].into_iter().chain(ratios).collect::<Vec<_>>());
        }
    }
}
