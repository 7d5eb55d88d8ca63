//! What is parsed, and so with which error it fails, is only known from what is pushed.

use concurrent_futures::concurrent;
use std::num::ParseIntError;

#[concurrent(mode = "process")]
fn numbers(lines: &[String]) -> Result<Vec<u64>, ParseIntError> {
    let mut out = Vec::new();
    for line in lines {
        out.push(line.trim().parse()?);
    }
    Ok(out)
}

#[concurrent(mode = "process")]
fn bytes(numbers: &[u64]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut out = Vec::new();
    for n in numbers {
        let byte = n.pow(2).try_into()?;
        out.push(byte);
    }
    Ok(out)
}

fn main() {
    numbers(&[]).unwrap();
    bytes(&[]).unwrap();
}
