//! Marking the inner loops would not help: they carry the same elements.

use concurrent_futures::concurrent;

#[concurrent]
fn multiply(a: &[Vec<f64>], b: &[Vec<f64>], c: &mut [Vec<f64>]) {
    for i in 0..a.len() {
        for j in 0..b[0].len() {
            for k in 0..b.len() {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
}

fn main() {
    multiply(&[], &[], &mut []);
}
