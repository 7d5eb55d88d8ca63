//! What the loops compute for each item: the same inlined function for every contender.

use std::thread;
use std::time::{Duration, Instant};

/// The work of one iteration.
pub(crate) trait Body: Copy + Send + Sync + 'static {
    /// What the function is called in `openmp.c`.
    const IN_C: &'static str;

    fn run(self, x: usize) -> u64;

    /// The numbers that the function in C gets in place of `self`.
    fn numbers(self) -> [u64; 3] {
        [0; 3]
    }
}

/// About 0.2 ns, where the compiler vectorises the loop.
#[derive(Clone, Copy)]
pub(crate) struct Tiny;

impl Body for Tiny {
    const IN_C: &'static str = "tiny";

    #[inline(always)]
    fn run(self, x: usize) -> u64 {
        (x ^ (x << 3)) as u64
    }
}

/// Steps that depend on each other: nothing shortens or vectorises them.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    pub(crate) steps: u64,
}

impl Body for Chain {
    const IN_C: &'static str = "chain";

    #[inline(always)]
    fn run(self, x: usize) -> u64 {
        let mut state = x as u64;
        for step in 0..self.steps {
            state = (state ^ step).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        // Small enough for sums that never overflow.
        state >> 32
    }

    fn numbers(self) -> [u64; 3] {
        [self.steps, 0, 0]
    }
}

/// A chain whose length depends on the item.
#[derive(Clone, Copy)]
pub(crate) struct Skewed {
    /// Steps of an item on average (of all but one, if one is long).
    pub(crate) steps: u64,
    pub(crate) n: usize,
    pub(crate) skew: Skew,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skew {
    /// From nothing to twice the average.
    Linear,
    /// The one in the middle takes 1,000 times as long as each other.
    One,
}

impl Body for Skewed {
    const IN_C: &'static str = "skewed";

    #[inline(always)]
    fn run(self, x: usize) -> u64 {
        let steps = match self.skew {
            Skew::Linear => 2 * self.steps * x as u64 / self.n as u64,
            Skew::One if x == self.n / 2 => 1_000 * self.steps,
            Skew::One => self.steps,
        };
        Chain { steps }.run(x)
    }

    fn numbers(self) -> [u64; 3] {
        [self.steps, self.n as u64, u64::from(self.skew == Skew::One)]
    }
}

/// Waits, like a request over the network.
#[derive(Clone, Copy)]
pub(crate) struct Sleep(pub(crate) Duration);

impl Body for Sleep {
    const IN_C: &'static str = "sleep";

    fn run(self, x: usize) -> u64 {
        thread::sleep(self.0);
        x as u64
    }

    fn numbers(self) -> [u64; 3] {
        [self.0.as_nanos() as u64, 0, 0]
    }
}

/// How many steps of a [`Chain`] take how long here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calibration {
    /// The steps of an item of 5 ns: short items overlap in the processor, so this is no fraction of the long ones.
    pub(crate) steps_of_5ns: u64,
    pub(crate) picos_of_step: u64,
}

impl Calibration {
    pub(crate) fn measure() -> Self {
        let nanos_of_item = |steps: u64, n: usize| {
            let tries = (0..5).map(|_| {
                let (chain, n) = std::hint::black_box((Chain { steps }, n));
                let start = Instant::now();
                std::hint::black_box((0..n).map(|x| chain.run(x)).sum::<u64>());
                start.elapsed().as_nanos() as f64 / n as f64
            });
            tries.fold(f64::INFINITY, f64::min)
        };
        const LONG: u64 = 10_000;
        let picos_of_step = (nanos_of_item(LONG, 30) * 1_000.0 / LONG as f64) as u64;
        let steps_of_5ns = (1..100).find(|&steps| nanos_of_item(steps, 20_000) >= 4.5).unwrap_or(100);
        Self { steps_of_5ns, picos_of_step: picos_of_step.max(1) }
    }

    /// The chain that takes `nanos` in a loop of them.
    pub(crate) fn chain(self, nanos: u64) -> Chain {
        Chain { steps: if nanos == 5 { self.steps_of_5ns } else { nanos * 1_000 / self.picos_of_step } }
    }
}
