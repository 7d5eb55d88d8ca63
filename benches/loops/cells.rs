//! Which loops are measured.

use std::time::Duration;

use crate::bodies::Skew;
use crate::sinks::{NESTED, Sink, WAITING};

/// One loop of the table.
#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) sink: Sink,
    pub(crate) n: usize,
    /// About how long an item takes; 0 stands for the one that is vectorised. Those of 0, of 5, and of more are of a type each.
    pub(crate) nanos: u64,
    pub(crate) skew: Option<Skew>,
    pub(crate) state: State,
    /// Which copy of the annotated loop is this cell's.
    pub(crate) copy: usize,
    /// Whether the loop is annotated with `workers = 2`.
    pub(crate) two_workers: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Calls back to back.
    Warm,
    /// Each call after 500 µs in which nobody works.
    Idle,
    /// Two threads run such a loop each at the same time.
    AtOnce,
}

impl State {
    pub(crate) const REST: Duration = Duration::from_micros(500);

    fn name(self) -> &'static str {
        match self {
            State::Warm => "warm",
            State::Idle => "idle",
            State::AtOnce => "two at once",
        }
    }
}

pub(crate) const SIZES: [usize; 4] = [10, 1_000, 100_000, 10_000_000];
const BODIES: [u64; 5] = [0, 5, 100, 10_000, 1_000_000];
const SINKS: [Sink; 6] = [Sink::Push, Sink::Sum, Sink::Max, Sink::Store, Sink::Find, Sink::Fallible];

const SECOND: u64 = 1_000_000_000;
const MILLI: u64 = 1_000_000;

/// What is not measured, and why.
pub(crate) const LEFT_OUT: &str = "Left out: loops that take longer than a second (10,000,000 x 10 us and 1 ms, 100,000 x 1 ms); those that take \
    about a second (10,000,000 x 100 ns, 100,000 x 10 us, 1,000 x 1 ms) are measured for `push`, `sum` and `find` only. \
    pariter beyond 100,000 items: at about a microsecond an item it would take minutes. OpenMP where items are not \
    known by their position (`filter`, `lines`), results by theirs (`keep`) or C has no map (`count`), and where there is no gcc.";

impl Cell {
    fn new(sink: Sink, n: usize, nanos: u64) -> Self {
        Self { sink, n, nanos, skew: None, state: State::Warm, copy: 0, two_workers: false }
    }

    /// About how long the plain loop takes.
    pub(crate) fn total_nanos(self) -> u64 {
        let nanos = (self.n as u64 * (5 * self.nanos).max(1)) / 5;
        if self.sink == Sink::Find { nanos / 100 } else { nanos }
    }

    /// The least time that threads need which wait in its bodies.
    pub(crate) fn ideal(self) -> Option<Duration> {
        (self.sink == Sink::Waiting).then(|| Duration::from_nanos(self.n.div_ceil(WAITING) as u64 * self.nanos))
    }

    pub(crate) fn body(self) -> &'static str {
        match self.nanos {
            0 => "0.2ns",
            5 => "5ns",
            100 => "100ns",
            10_000 => "10us",
            1_000_000 => "1ms",
            _ => "20ms",
        }
    }

    /// What filters look at.
    fn fields(self) -> [(&'static str, String); 5] {
        [
            ("sink", self.sink.name().to_owned()),
            ("items", self.n.to_string()),
            ("body", self.body().to_owned()),
            ("skew", self.skew_name().to_owned()),
            ("state", self.state.name().to_owned()),
        ]
    }

    pub(crate) fn name(self) -> String {
        let skew = if self.skew.is_some() { format!(", {}", self.skew_name()) } else { String::new() };
        format!("{}{skew}, {}", self.loop_name(), self.state.name())
    }

    /// Without the state.
    pub(crate) fn loop_name(self) -> String {
        format!("{} {} x {}", self.sink.name(), self.n, self.body())
    }

    fn skew_name(self) -> &'static str {
        match self.skew {
            None => "even",
            Some(Skew::Linear) => "linear",
            Some(Skew::One) => "one long",
        }
    }

    /// Whether all filters let it through: `key=value,value`, or a part of its name.
    pub(crate) fn passes(self, filters: &[String]) -> bool {
        filters.iter().all(|filter| match filter.split_once('=') {
            Some((key, values)) => self
                .fields()
                .iter()
                .any(|(field, value)| *field == key && values.split(',').any(|wanted| wanted == value)),
            None => self.name().contains(filter.as_str()),
        })
    }
}

/// The cells of the main table.
pub(crate) fn all() -> Vec<Cell> {
    let mut cells = Vec::new();
    for sink in SINKS {
        for nanos in BODIES {
            for n in SIZES {
                let cell = Cell::new(sink, n, nanos);
                let whole = Cell::new(Sink::Push, n, nanos).total_nanos();
                let is_long = whole > SECOND / 2 && !matches!(sink, Sink::Push | Sink::Sum | Sink::Find);
                if whole <= SECOND && !is_long {
                    cells.push(cell);
                }
            }
        }
    }
    for sink in [Sink::Push, Sink::Sum] {
        for skew in [Skew::Linear, Skew::One] {
            for (n, nanos) in [(1_000, 100), (100_000, 100), (10, 10_000), (1_000, 10_000)] {
                cells.push(Cell { skew: Some(skew), ..Cell::new(sink, n, nanos) });
            }
        }
    }
    for sink in [Sink::Slice, Sink::Filter, Sink::Keep, Sink::Lines] {
        for (n, nanos) in [(1_000, 5), (100_000, 5), (1_000, 100), (100_000, 100), (1_000, 10_000)] {
            cells.push(Cell::new(sink, n, nanos));
        }
    }
    cells.push(Cell::new(Sink::Keep, 10_000_000, 5));
    for sink in [Sink::Count, Sink::Float] {
        for (n, nanos) in [(1_000, 100), (100_000, 100), (1_000, 10_000)] {
            cells.push(Cell::new(sink, n, nanos));
        }
    }
    for nanos in [100, 10_000, MILLI] {
        cells.push(Cell::new(Sink::Nested, NESTED * NESTED, nanos));
    }
    for (n, nanos) in [(160, MILLI), (200, 20 * MILLI)] {
        cells.push(Cell::new(Sink::Waiting, n, nanos));
    }
    for (n, nanos) in [(100_000, 100), (1_000, 10_000)] {
        cells.push(Cell { state: State::AtOnce, ..Cell::new(Sink::Push, n, nanos) });
    }
    with_copies(cells)
}

/// The cells of loops that are annotated with `workers = 2`.
pub(crate) fn two_workers() -> Vec<Cell> {
    let mut cells = Vec::new();
    for sink in [Sink::Push, Sink::Sum, Sink::Store] {
        for nanos in [0, 5, 100, 10_000] {
            for n in [10, 1_000, 100_000] {
                let cell = Cell { two_workers: true, ..Cell::new(sink, n, nanos) };
                if cell.total_nanos() < 10 * MILLI {
                    cells.push(cell);
                }
            }
        }
    }
    with_copies(cells)
}

/// The cells whose very first call is measured.
pub(crate) fn first_calls() -> Vec<Cell> {
    let cells = [
        (Sink::Push, 10, 5),
        (Sink::Push, 1_000, 5),
        (Sink::Sum, 10_000_000, 0),
        (Sink::Push, 1_000, 100),
        (Sink::Push, 100_000, 100),
        (Sink::Push, 10, 10_000),
        (Sink::Push, 1_000, 10_000),
    ];
    cells.map(|(sink, n, nanos)| Cell::new(sink, n, nanos)).to_vec()
}

/// Gives each loop a copy of its own among those over the same type of body, and small ones a second state.
fn with_copies(cells: Vec<Cell>) -> Vec<Cell> {
    let kind = |cell: &Cell| (cell.sink.name(), cell.nanos.min(6), cell.skew.is_some());
    let mut counted: Vec<Cell> = Vec::new();
    for cell in cells {
        let same = |other: &&Cell| kind(other) == kind(&cell) && other.state != State::Idle;
        let cell = Cell { copy: counted.iter().filter(same).count(), ..cell };
        counted.push(cell);
        if cell.total_nanos() < MILLI && cell.state == State::Warm {
            counted.push(Cell { state: State::Idle, ..cell });
        }
    }
    counted
}
