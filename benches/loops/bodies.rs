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

macro_rules! step {
    ($state:ident, $number:expr) => {
        $state = ($state ^ $number).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    };
}

/// About 5 ns: two divisions, of which the second waits for the first. Nothing vectorises them, and no compiler makes faster code
/// of them than another; steps such as those of a [`Chain`] took up to 1.15 times as long with rustc as with gcc.
#[derive(Clone, Copy)]
pub(crate) struct Short {
    divisor: u64,
}

impl Short {
    pub(crate) fn new() -> Self {
        // A prime that the compiler does not know: dividing by a constant is a multiplication.
        Self { divisor: std::hint::black_box(0xF379_B97F_4A7C_160F) }
    }
}

impl Body for Short {
    const IN_C: &'static str = "short_";

    #[inline(always)]
    fn run(self, x: usize) -> u64 {
        let mut state = x as u64;
        step!(state, 1);
        state %= self.divisor;
        step!(state, 2);
        state %= self.divisor;
        // Small enough for sums that never overflow.
        state >> 32
    }

    fn numbers(self) -> [u64; 3] {
        [self.divisor, 0, 0]
    }
}

/// Any number of such steps.
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
            step!(state, step);
        }
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

/// How long a step of a [`Chain`] takes here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calibration {
    pub(crate) picos_of_step: u64,
}

impl Calibration {
    pub(crate) fn measure() -> Self {
        const STEPS: u64 = 10_000;
        const N: usize = 30;
        let tries = (0..5).map(|_| {
            let (chain, n) = std::hint::black_box((Chain { steps: STEPS }, N));
            let start = Instant::now();
            std::hint::black_box((0..n).map(|x| chain.run(x)).sum::<u64>());
            start.elapsed()
        });
        let fastest = tries.min().expect("there are five");
        Self { picos_of_step: (fastest.as_nanos() as u64 * 1_000 / (STEPS * N as u64)).max(1) }
    }

    /// The chain that takes `nanos`.
    pub(crate) fn chain(self, nanos: u64) -> Chain {
        Chain { steps: nanos * 1_000 / self.picos_of_step }
    }
}
