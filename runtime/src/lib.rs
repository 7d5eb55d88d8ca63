//! Futures, pools, and one attribute that turns an existing loop or function into code that runs in parallel.
//!
//! ```
//! use concurrent_futures::{ThreadPool, as_completed};
//!
//! fn slow(n: u64) -> u64 { n * n }
//!
//! let pool = ThreadPool::new(4)?;
//! let futures = (0..4).map(|n| pool.submit(slow, n));
//! for (i, square) in as_completed(futures) {
//!     println!("slow({i}) = {}", square?);
//! }
//! # Ok::<(), concurrent_futures::Error>(())
//! ```
//!
//! # The environment
//!
//! `CONCURRENT_MODE=sequential` runs every annotated loop and task on the thread that calls it, also where the attribute
//! names a `pool`; `CONCURRENT_WORKERS=n` is the default for `workers`. Both are read once. A wrong value is reported on
//! standard error and has no effect. What a program hands to a pool itself, with [`ThreadPool::submit`] and the like, runs
//! there all the same.
//!
//! For tests, `CONCURRENT_SCHEDULE` puts execution into an order that no good schedule would choose, so that code which
//! depends on the usual one fails: `reverse` (what may start starts last first), `random:SEED`, or `one` (one at a time,
//! with a change of threads in between). It also steers pools of several workers, and delays threads where they meet, at
//! random or (`one`) always. No loop is then too small for its parallel form. Results stay the same.
//!
//! `CONCURRENT_WATCHDOG=seconds` has every pool watched that is not [watched](ThreadPoolBuilder::watchdog) anyway: when it
//! has not got on for so long, it is told on standard error who waits for whom.
//!
//! `CONCURRENT_LONGEST_VALUE=bytes` limits how long a value that travels between processes may be, encoded (64 GiB
//! without it): a longer one is an error of its task. Workers inherit it. `CONCURRENT_START_LIMIT=seconds` limits how long a
//! worker process may take to say something after its start (a minute without it).
//!
//! # The panic hook
//!
//! The error of a task that panicked tells where. Only the panic hook learns that, so the first task sets one that takes a
//! note and then calls the one before it. A hook that the program sets later replaces it: errors then lack the place.
//!
//! # The end of the program
//!
//! A pool waits for its tasks when it is dropped. The shared pools behind annotated tasks are never dropped: a program
//! whose `main` returns right after `submit` may end before the task has run. Wait for the futures you need.

// Without Unix there are no worker processes, and nobody uses what only they need of the other modules.
#![cfg_attr(not(unix), allow(dead_code, unused_imports))]

// In the order in which data flows: a module uses only those above it.
mod sync;
mod config;
mod looks;
mod role;
mod random;
mod perturb;
mod label;
mod error;
#[cfg(unix)]
mod wire;
mod task;
mod future;
mod schedule;
mod executor;
#[cfg(unix)]
mod os;
#[cfg(unix)]
mod ship;
mod thread;
#[cfg(unix)]
mod worker;
#[cfg(unix)]
mod process;
mod shared;
#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(fuzzing)]
#[doc(hidden)]
#[path = "fuzz.rs"]
pub mod __fuzz;

#[doc = include_str!("attribute.md")]
pub use concurrent_futures_macros::concurrent;

pub use error::Error;
pub use executor::{Call, Map, Unordered};
pub use future::{
    AsCompleted, AsCompletedTimeout, CancelOnDrop, Canceller, Future, ReturnWhen, as_completed, collect, wait,
};
#[cfg(unix)]
pub use process::{ProcessPool, ProcessPoolBuilder};
pub use task::{blocking, is_cancelled};
pub use thread::pool::{Shutdown, ThreadPool, ThreadPoolBuilder};
#[cfg(unix)]
pub use worker::init;
