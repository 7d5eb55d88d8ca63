//! How a cell is measured: contenders take turns, and every result is compared.
//!
//! A *round* gives each contender one turn, so that whatever else the machine does meets all of them; the table shows the
//! medians, over the rounds, of each contender's time divided by that of the plain loop in the same round. A warm turn
//! is calls that are not counted, for ten milliseconds (helpers have to wake up, a system has to find them a core, and who counts
//! has to notice that there is more), and then as many as a clock can measure well. An idle turn is a rest and one call.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::bodies::{Calibration, Short, Skewed, Sleep, Tiny};
use crate::cells::{Cell, State};
use crate::contenders::{Contender, openmp};
use crate::sinks::{BoxedCall, Data, Loops, Output, Sink};

/// What is called in front of the calls that count.
const WARM_UP: Duration = Duration::from_millis(10);
/// What a turn of short calls takes.
const TURN: Duration = Duration::from_micros(500);
const MOST_CALLS: usize = 5_000;
/// Threads of OpenMP keep looking for work for some milliseconds, which is not to be their successor's loss.
const OPENMP_LOOKS_FOR: Duration = Duration::from_millis(10);

/// Items, beyond which pariter would take minutes.
pub(crate) const PARITER_AT_MOST: usize = 100_000;

/// How much time a cell may take.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) time: Duration,
    pub(crate) least_rounds: usize,
    pub(crate) most_rounds: usize,
}

/// The times of a cell.
pub(crate) struct Times {
    /// Seconds of one call of the plain loop, or of what waiting threads need at least.
    pub(crate) plain: f64,
    /// What each contender takes, divided by that.
    pub(crate) ratios: Vec<(Contender, f64)>,
    /// Seconds that each contender's call takes longer than the plain one's.
    pub(crate) losses: Vec<(Contender, f64)>,
}

impl Times {
    pub(crate) fn ratio(&self, who: Contender) -> Option<f64> {
        self.ratios.iter().find(|(contender, _)| *contender == who).map(|(_, ratio)| *ratio)
    }

    /// The best of those who are neither plain nor annotated.
    pub(crate) fn best_other(&self) -> Option<f64> {
        let others = self.ratios.iter().filter(|(who, _)| !matches!(who, Contender::Plain | Contender::Annotated));
        others.map(|(_, ratio)| *ratio).min_by(f64::total_cmp)
    }
}

/// Calls so many times, and gives the last result.
type Run = Box<dyn Fn(&mut Data, usize) -> Output + Sync>;

/// A cell, ready to run.
pub(crate) struct Ready {
    data: Vec<Data>,
    runs: Vec<(Contender, Run)>,
    expected: Output,
    expected_in_place: Vec<u64>,
}

impl Ready {
    pub(crate) fn new(cell: Cell, contenders: &[Contender], calibration: Calibration) -> Self {
        let chain = calibration.chain(cell.nanos);
        match cell.skew {
            _ if cell.sink == Sink::Waiting => {
                Self::over(cell, contenders, Sleep(Duration::from_nanos(cell.nanos)), Sleep(Duration::ZERO))
            }
            Some(skew) => {
                let body = Skewed { steps: chain.steps, n: cell.n, skew };
                Self::over(cell, contenders, body, body)
            }
            None if cell.nanos == 0 => Self::over(cell, contenders, Tiny, Tiny),
            None if cell.nanos == 5 => Self::over(cell, contenders, Short::new(), Short::new()),
            None => Self::over(cell, contenders, chain, chain),
        }
    }

    /// `quick` has the results of `body`.
    fn over<B: Loops>(cell: Cell, contenders: &[Contender], body: B, quick: B) -> Self {
        let n_threads = if cell.state == State::AtOnce { 2 } else { 1 };
        let mut data: Vec<Data> = (0..n_threads).map(|_| Data::new(cell.sink, cell.n, quick)).collect();
        let expected = B::call(Contender::Plain, cell.sink, 0)(&mut data[0], quick);
        let expected_in_place = data[0].out.clone();
        data[0].out.fill(0);
        let run = |call: BoxedCall<B>| -> Run {
            Box::new(move |data, calls| {
                for _ in 1..calls {
                    black_box(call(data, black_box(body)));
                }
                black_box(call(data, black_box(body)))
            })
        };
        let runs = contenders.iter().filter_map(|&who| {
            let call: BoxedCall<B> = match who {
                Contender::Plain if cell.ideal().is_some() => return None,
                // About a microsecond an item: each goes through a channel and back.
                Contender::Pariter if cell.n > PARITER_AT_MOST => return None,
                Contender::Annotated if cell.two_workers => Box::new(B::two_workers(cell.sink, cell.copy)),
                Contender::OpenMp => openmp::call(cell.sink)?,
                _ => Box::new(B::call(who, cell.sink, cell.copy)),
            };
            Some((who, run(call)))
        });
        Self { runs: runs.collect(), data, expected, expected_in_place }
    }

    /// Seconds of one call, of so many: from when the first of the threads begins until all are done. The last result is
    /// compared, and let go of outside the time.
    fn time(&mut self, which: usize, calls: usize) -> f64 {
        let (who, run) = &self.runs[which];
        let (first, others) = self.data.split_first_mut().expect("there is at least one");
        let barrier = Barrier::new(1 + others.len());
        let timed = |data: &mut Data| {
            // Woken by the last one that comes.
            barrier.wait();
            let start = Instant::now();
            let output = run(data, calls);
            (output, start, Instant::now())
        };
        let (output, time) = thread::scope(|scope| {
            let others: Vec<_> = others.iter_mut().map(|data| scope.spawn(|| timed(data))).collect();
            let (output, mut start, mut end) = timed(first);
            for other in others {
                // Woken by its end.
                let (_, other_start, other_end) = other.join().expect("no panic");
                (start, end) = (start.min(other_start), end.max(other_end));
            }
            (output, end - start)
        });
        assert!(output == self.expected, "{} computes something else", who.name());
        for data in &mut self.data {
            if output == Output::InPlace {
                assert!(data.out == self.expected_in_place, "{} stores something else", who.name());
                data.out.fill(0);
            }
        }
        if *who == Contender::OpenMp {
            thread::sleep(OPENMP_LOOKS_FOR);
        }
        time.as_secs_f64() / calls as f64
    }

    /// Seconds of the first call of the only contender.
    pub(crate) fn first_call(&mut self) -> f64 {
        self.time(0, 1)
    }

    /// One turn.
    fn turn(&mut self, which: usize, state: State, about: f64) -> f64 {
        match state {
            State::Idle => {
                thread::sleep(State::REST);
                self.time(which, 1)
            }
            State::Warm if about < WARM_UP.as_secs_f64() => {
                let calls = ((TURN.as_secs_f64() / about) as usize).clamp(1, MOST_CALLS);
                let start = Instant::now();
                while start.elapsed() < WARM_UP {
                    black_box((self.runs[which].1)(&mut self.data[0], calls));
                }
                self.time(which, calls)
            }
            State::Warm | State::AtOnce => self.time(which, 1),
        }
    }

    /// Lets the contenders take turns.
    pub(crate) fn measure(&mut self, cell: Cell, effort: Effort) -> Times {
        let n = self.runs.len();
        // The first calls start threads, and loops learn how long they are; they are not counted.
        let about: Vec<f64> = (0..n)
            .map(|which| {
                let first = self.time(which, 1);
                if first > 0.05 { first } else { self.turn(which, State::Idle, first).min(self.time(which, 1)) }
            })
            .collect();
        let start = Instant::now();
        let mut rounds: Vec<Vec<f64>> = Vec::new();
        while rounds.len() < effort.least_rounds || (rounds.len() < effort.most_rounds && start.elapsed() < effort.time)
        {
            let mut round = vec![0.0; n];
            for turn in 0..n {
                // Nobody always runs behind the same neighbour at the same place.
                let which = (turn + rounds.len()) % n;
                round[which] = self.turn(which, cell.state, about[which]);
            }
            rounds.push(round);
        }
        let base = |round: &Vec<f64>| cell.ideal().map_or(round[0], |ideal| ideal.as_secs_f64());
        let of_each = |figure: &dyn Fn(&Vec<f64>, usize) -> f64| -> Vec<(Contender, f64)> {
            let figures = (0..n).map(|which| median(rounds.iter().map(|round| figure(round, which)).collect()));
            self.runs.iter().map(|(who, _)| *who).zip(figures).collect()
        };
        Times {
            plain: median(rounds.iter().map(base).collect()),
            ratios: of_each(&|round, which| round[which] / base(round)),
            losses: of_each(&|round, which| round[which] - base(round)),
        }
    }
}

pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
