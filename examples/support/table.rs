//! What the examples print: how long the plain and the concurrent version took, and the ratio.

use std::fmt;
use std::time::{Duration, Instant};

/// A table with one row for each comparison; `Display` aligns it.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    sequential: Duration,
    concurrent: Duration,
}

impl Table {
    /// Adds a comparison.
    pub(crate) fn row(mut self, what: impl Into<String>, sequential: Duration, concurrent: Duration) -> Self {
        self.rows.push(Row { what: what.into(), sequential, concurrent });
        self
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        write!(f, "{:width$}  {:>12}  {:>12}  {:>7}", "", "sequential", "concurrent", "ratio")?;
        for Row { what, sequential, concurrent } in &self.rows {
            let ratio = sequential.as_secs_f64() / concurrent.as_secs_f64();
            let (sequential, concurrent) = (readable(*sequential), readable(*concurrent));
            write!(f, "\n{what:width$}  {sequential:>12}  {concurrent:>12}  {ratio:>6.2}x")?;
        }
        Ok(())
    }
}

/// Runs `work` and tells how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn readable(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        1.0.. => format!("{seconds:.2} s"),
        1e-3.. => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{:.2} µs", seconds * 1e6),
    }
}
