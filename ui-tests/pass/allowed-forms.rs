//! Forms that one might expect to be refused. Each is named after its code in the guide.

#![deny(warnings)]
#![allow(clippy::pedantic)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(workers = 3)]
fn c005_effects_in_the_source(calls: &mut Vec<u64>) -> Vec<u64> {
    let mut out = Vec::new();
    for i in {
        calls.push(1);
        0..10
    } {
        out.push(work(i));
    }
    out
}

#[concurrent(workers = 3)]
fn c010_exits_of_something_else(words: &[&str]) -> Vec<Option<u64>> {
    let mut out = Vec::new();
    for word in words {
        let parse = |text: &str| -> Option<u64> {
            let n: u64 = text.parse().ok()?;
            return Some(work(n));
        };
        out.push(parse(word));
    }
    out
}

#[concurrent(workers = 3)]
fn c012_exit_in_parallel(numbers: &[u64]) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    for n in numbers {
        let square = work(*n);
        if square > 50 {
            return None;
        }
        out.push(square);
    }
    Some(out)
}

#[concurrent(workers = 3)]
fn c013_jumps_over_the_loop(rows: &[Vec<u64>]) -> Vec<u64> {
    let mut out = Vec::new();
    'rows: for row in rows {
        #[concurrent]
        for n in row {
            let square = work(*n);
            if square == 4 {
                continue 'rows;
            }
            if square == 9 {
                break 'rows;
            }
            out.push(square);
        }
        out.push(0);
    }
    out
}

#[concurrent(workers = 3)]
fn c024_stores_by_index(n: usize) -> Vec<u64> {
    let mut out = vec![0; n];
    for i in 0..n {
        out[i] = work(i as u64);
    }
    out
}

#[concurrent(workers = 3)]
fn c037_local_copies(n: u64, config: &Vec<u64>) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        let mut own = config.clone();
        own.push(work(i));
        sum += own.iter().sum::<u64>();
    }
    sum
}

#[concurrent(task, workers = 2)]
fn c066_result_at_once(n: u64) -> u64 {
    work(n)
}

fn main() {
    let squares: Vec<u64> = (0..10).map(work).collect();
    let mut calls = Vec::new();
    assert_eq!(c005_effects_in_the_source(&mut calls), squares);
    assert_eq!(calls, [1]);
    assert_eq!(c010_exits_of_something_else(&["2", "x"]), [Some(4), None]);
    assert_eq!(c012_exit_in_parallel(&[1, 2]), Some(vec![1, 4]));
    assert_eq!(c012_exit_in_parallel(&[1, 8, 2]), None);
    assert_eq!(c013_jumps_over_the_loop(&[vec![1], vec![5, 2, 6], vec![7, 3], vec![8]]), [1, 0, 25, 49]);
    assert_eq!(c024_stores_by_index(10), squares);
    assert_eq!(c037_local_copies(3, &vec![1]), 3 + 5);
    assert_eq!(c066_result_at_once::submit(3).result().unwrap(), 9);
}
