//! Processes that the benchmark starts of itself: a neighbour that keeps one core busy, and one for each first call.

use std::env;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::bodies::Calibration;
use crate::cells::{self, Cell, State};
use crate::contenders::Contender;
use crate::measure::{Ready, median};
use crate::sinks::Sink;

const SPIN: &str = "--child-spin";
const FIRST_CALL: &str = "--child-first-call";

/// Does what a child is for, if this process is one.
pub(crate) fn be_a_child(arguments: &[String]) -> bool {
    match arguments {
        [what] if what == SPIN => spin(),
        [what, numbers @ ..] if what == FIRST_CALL => first_call(numbers),
        _ => return false,
    }
    true
}

/// A process that keeps one core busy until this is dropped.
pub(crate) struct Neighbour(Child);

impl Neighbour {
    pub(crate) fn start() -> Self {
        Self(itself(&[SPIN.to_owned()]).stdin(Stdio::piped()).spawn().expect("this program can be started again"))
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.0.kill().expect("the child is ours");
        // Woken by its end.
        self.0.wait().expect("the child is ours");
    }
}

fn itself(arguments: &[String]) -> Command {
    let mut command = Command::new(env::current_exe().expect("this is a program"));
    command.args(arguments);
    command
}

/// Ends with the parent, however that ends: then its end of the pipe is closed.
fn spin() {
    let watch = thread::spawn(|| io::stdin().read(&mut [0]));
    while !watch.is_finished() {
        std::hint::spin_loop();
    }
}

/// Seconds of the first call of a contender's loop in a process of its own: the first parallel loop of all, or with
/// `later` the first call of this loop after another one. The median of `n` such processes.
pub(crate) fn first_calls(n: usize, which: usize, who: Contender, later: bool, calibration: Calibration) -> f64 {
    let position = Contender::ALL.iter().position(|other| *other == who).expect("all are listed");
    let numbers = [which as u64, position as u64, u64::from(later), calibration.picos_of_step];
    let arguments: Vec<_> =
        [FIRST_CALL.to_owned()].into_iter().chain(numbers.map(|number| number.to_string())).collect();
    let times = (0..n).map(|_| {
        let output = itself(&arguments).output().expect("this program can be started again");
        String::from_utf8_lossy(&output.stdout).trim().parse().expect("the child prints a time")
    });
    median(times.collect())
}

fn first_call(numbers: &[String]) {
    let number = |i: usize| numbers[i].parse::<u64>().expect("a number");
    let (cell, who) = (cells::first_calls()[number(0) as usize], Contender::ALL[number(1) as usize]);
    let calibration = Calibration { picos_of_step: number(3) };
    if number(2) == 1 {
        let another = Cell { sink: Sink::Max, n: 1_000, nanos: 10_000, state: State::Warm, ..cell };
        Ready::new(another, &[who], calibration).first_call();
    }
    println!("{:e}", Ready::new(cell, &[who], calibration).first_call());
}
