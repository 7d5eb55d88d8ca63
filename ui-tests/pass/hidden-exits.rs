//! Exits that a macro hides where they are honoured: in an in-order statement, and within the parallel part in a loop
//! or closure of their own.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! stop_if {
    ($condition:expr) => {
        if $condition {
            break;
        }
    };
}

macro_rules! skip_if {
    ($condition:expr) => {
        if $condition {
            continue;
        }
    };
}

macro_rules! give_up_if {
    ($condition:expr) => {
        if $condition {
            return None;
        }
    };
}

macro_rules! below {
    ($n:expr, $limit:expr) => {
        if $n < $limit { $n } else { break }
    };
}

macro_rules! parsed {
    ($text:expr) => {
        $text.parse::<u64>().ok()?
    };
}

#[concurrent(workers = 3)]
fn squares(words: &[&str]) -> Option<Vec<u64>> {
    let mut out = Vec::new();
    for word in words {
        let n = word.len() as u64;
        let square = work(n);
        skip_if!(square == 1);
        stop_if!(square == 16);
        give_up_if!(square == 25);
        out.push(square);
    }
    Some(out)
}

#[concurrent(workers = 3)]
fn sums(lines: &[&str]) -> Vec<Option<u64>> {
    let mut out = Vec::new();
    for line in lines {
        let mut sum = 0;
        for n in 0..line.len() as u64 {
            sum += work(below!(n, 3));
        }
        let last = (|| Some(parsed!(line)))();
        out.push(last.map(|n| n + sum));
    }
    out
}

fn main() {
    assert_eq!(squares(&["a", "bb", "ccc", "dddd", "eeeee"]), Some(vec![4, 9]));
    assert_eq!(squares(&["a", "bb", "eeeee", "dddd"]), None);
    assert_eq!(sums(&["1", "2000", "x"]), [Some(1), Some(2005), None]);
}
