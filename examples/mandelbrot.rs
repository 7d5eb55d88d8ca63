//! The Mandelbrot set, row by row: the rows are computed in parallel and appended in order.
//!
//! ```text
//! cargo run --release --example mandelbrot
//! ```
//!
//! Rows through the middle take many times as long as those at the edges; nobody has to say how to share them out. A
//! small picture is printed.

use concurrent_futures::concurrent;
use std::process::ExitCode;

#[path = "support/medians.rs"]
mod medians;
#[path = "support/table.rs"]
mod table;

/// How many steps each point takes to leave the circle of radius 2, at most 255.
#[concurrent]
fn mandelbrot(width: u32, height: u32) -> Vec<u8> {
    let mut image = Vec::new();
    for y in 0..height {
        let mut row = Vec::new();
        let im = 2.4 * f64::from(y) / f64::from(height) - 1.2;
        for x in 0..width {
            let re = 3.2 * f64::from(x) / f64::from(width) - 2.2;
            row.push(steps(re, im));
        }
        image.extend(row);
    }
    image
}

/// The same without the attribute.
fn mandelbrot_plain(width: u32, height: u32) -> Vec<u8> {
    let mut image = Vec::new();
    for y in 0..height {
        let mut row = Vec::new();
        let im = 2.4 * f64::from(y) / f64::from(height) - 1.2;
        for x in 0..width {
            let re = 3.2 * f64::from(x) / f64::from(width) - 2.2;
            row.push(steps(re, im));
        }
        image.extend(row);
    }
    image
}

fn steps(re: f64, im: f64) -> u8 {
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..u8::MAX {
        if x * x + y * y > 4.0 {
            return step;
        }
        (x, y) = (x * x - y * y + re, 2.0 * x * y + im);
    }
    u8::MAX
}

fn main() -> ExitCode {
    for row in mandelbrot(64, 24).chunks(64) {
        let line: String = row.iter().map(|steps| char::from(b" .:-=+*#%@"[usize::from(*steps) * 9 / 255])).collect();
        println!("{}", line.trim_end());
    }
    let equal = medians::compare("800 x 600 points", 5, || mandelbrot_plain(800, 600), || mandelbrot(800, 600));
    if equal { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
