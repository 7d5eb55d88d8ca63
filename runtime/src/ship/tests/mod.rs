//! Values there and back, the texts of errors, and bytes that nobody wrote.

mod allocations;
mod samples;
mod round_trips;
mod forms;
mod errors;
mod hostile;
mod long_runs;
