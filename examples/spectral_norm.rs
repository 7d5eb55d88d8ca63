//! The spectral norm of an infinite matrix, as in the Computer Language Benchmarks Game: each row of a product is
//! independent, and the sums within a row keep their order, so that the result is the same to the last bit.
//!
//! ```text
//! cargo run --release --example spectral_norm
//! ```

use concurrent_futures::concurrent;
use std::process::ExitCode;

#[path = "support/medians.rs"]
mod medians;
#[path = "support/table.rs"]
mod table;

/// The product of a matrix, given by its elements, with `v`.
#[concurrent]
fn multiply(element: impl Fn(usize, usize) -> f64 + Sync, v: &[f64]) -> Vec<f64> {
    let mut product = Vec::new();
    for row in 0..v.len() {
        let mut sum = 0.0;
        for (column, value) in v.iter().enumerate() {
            sum += element(row, column) * value;
        }
        product.push(sum);
    }
    product
}

/// The same without the attribute.
fn multiply_plain(element: impl Fn(usize, usize) -> f64, v: &[f64]) -> Vec<f64> {
    let mut product = Vec::new();
    for row in 0..v.len() {
        let mut sum = 0.0;
        for (column, value) in v.iter().enumerate() {
            sum += element(row, column) * value;
        }
        product.push(sum);
    }
    product
}

fn a(row: usize, column: usize) -> f64 {
    1.0 / ((row + column) * (row + column + 1) / 2 + row + 1) as f64
}

fn a_transposed(row: usize, column: usize) -> f64 {
    a(column, row)
}

fn norm(n: usize, square: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    let mut u = vec![1.0; n];
    let mut v = Vec::new();
    for _ in 0..10 {
        v = square(&u);
        u = square(&v);
    }
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    (dot(&u, &v) / dot(&v, &v)).sqrt()
}

fn main() -> ExitCode {
    let square = |v: &[f64]| multiply(a_transposed, &multiply(a, v));
    let square_plain = |v: &[f64]| multiply_plain(a_transposed, &multiply_plain(a, v));
    let known = format!("{:.9}", norm(100, square));
    println!("{known}");
    let equal = medians::compare(
        "1,000 rows, 40 products",
        5,
        || norm(1_000, square_plain).to_bits(),
        || norm(1_000, square).to_bits(),
    );
    if equal && known == "1.274219991" { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
