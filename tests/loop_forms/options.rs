//! Options that change where and when, and marks on single loops.

use std::collections::BTreeMap;

use concurrent_futures::{ThreadPool, concurrent};

use super::{Input, form_with, outcome, work};

form_with! { results_are_the_same_on_a_pool, |x| f(&x.numbers, &ThreadPool::new(2).unwrap()),
    [
        [pool = pool]
        [pool = pool, chunksize = 3]
        [pool = pool, buffersize = 2]
        [mode = "sequential"]
    ]
    fn f(numbers: &[u64], pool: &ThreadPool) -> Vec<u64> {
        let _ = pool;
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 43 == 0 {
                break;
            }
            out.push(y);
        }
        out
    }
}

form_with! { unordered_results_are_the_same_set, |x| f(&x.numbers),
    [
        [unordered, workers = 3]
        [unordered, workers = 2, chunksize = 1]
        [unordered, workers = 3, chunksize = 7]
        [unordered, workers = 8, buffersize = 9]
    ]
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut total = 0;
        for n in numbers {
            let y = work(*n);
            out.push(y);
            total += y;
        }
        out.sort_unstable();
        (out, total)
    }
}

form_with! { options_that_are_computed, |x| f(&x.numbers, 1 + x.words.len() % 4),
    [
        [workers = limit]
        [workers = limit + 1, chunksize = limit]
        [buffersize = limit * 4, chunksize = limit, workers = { limit }]
        [shared(table)]
    ]
    fn f(numbers: &[u64], limit: usize) -> Vec<u64> {
        let mut table = vec![limit as u64];
        table.push(3);
        let mut out = Vec::new();
        for n in numbers {
            out.push(work(*n) + table.iter().sum::<u64>());
        }
        out
    }
}

// What the message proposes where a method is called on what the loop changes a part of.
form_with! { parts_of_a_shared_variable, |x| f(&mut Seen { limit: 60, all: vec![3] }, &x.numbers),
    [
        [shared(seen), workers = 3]
        [shared(seen), workers = 2, chunksize = 1]
        [shared(seen), workers = 5, buffersize = 3]
        [shared(seen)]
    ]
    fn f(seen: &mut Seen, numbers: &[u64]) -> Vec<u64> {
        let mut all = std::mem::take(&mut seen.all);
        for n in numbers {
            let y = seen.limited(*n);
            all.push(y);
        }
        seen.all = all;
        std::mem::take(&mut seen.all)
    }
}

// The same where the loop can be left.
form_with! { parts_of_a_shared_variable_in_a_loop_that_may_be_left, |x| {
        let mut seen = Seen { limit: 60, all: vec![3] };
        let mut all = std::mem::take(&mut seen.all);
        let left = f(&seen, &mut all, &x.numbers);
        seen.all = all;
        (left, seen.all)
    },
    [
        [workers = 3]
        [workers = 2, chunksize = 1]
        [workers = 5, buffersize = 3]
        []
    ]
    fn f(seen: &Seen, all: &mut Vec<u64>, numbers: &[u64]) -> Option<u64> {
        for n in numbers {
            let y = seen.limited(*n);
            if y == 60 {
                return Some(*n);
            }
            all.push(y);
        }
        None
    }
}

pub(crate) struct Seen {
    limit: u64,
    all: Vec<u64>,
}

impl Seen {
    fn limited(&self, n: u64) -> u64 {
        (work(n) % 70).min(self.limit)
    }
}

type Nested = (BTreeMap<u64, Vec<u64>>, Vec<u64>, u64);

fn nested_plain(numbers: &[u64]) -> Nested {
    let mut map: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let mut flat = Vec::new();
    let mut sum = 0;
    for n in numbers.iter().take(12) {
        map.entry(work(*n) % 3).or_default().push(work(n + 1));
        sum += work(*n);
        for m in numbers.iter().take(5) {
            map.entry(work(*m) % 5).or_default().push(work(m + n));
            flat.push(work(n * m) + sum);
        }
    }
    (map, flat, sum)
}

#[concurrent]
fn nested_marked(numbers: &[u64]) -> Nested {
    let mut map: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let mut flat = Vec::new();
    let mut sum = 0;
    #[concurrent(workers = 3)]
    for n in numbers.iter().take(12) {
        map.entry(work(*n) % 3).or_default().push(work(n + 1));
        sum += work(*n);
        #[concurrent(workers = 2, chunksize = 2)]
        for m in numbers.iter().take(5) {
            map.entry(work(*m) % 5).or_default().push(work(m + n));
            flat.push(work(n * m) + sum);
        }
    }
    (map, flat, sum)
}

#[test]
fn marked_loops_within_marked_loops() {
    let plain = |input: &Input| outcome(|| nested_plain(&input.numbers));
    super::timed(move || super::compare(plain, &[("marks", |input| outcome(|| nested_marked(&input.numbers)))]));
}

fn rows_plain(numbers: &[u64]) -> Vec<u64> {
    let mut sums = Vec::new();
    for n in numbers.iter().take(8) {
        let mut sum = 0;
        for m in numbers.iter().take(8) {
            sum += work(n * m);
        }
        sums.push(sum);
    }
    sums
}

#[concurrent]
fn rows_marked_within(numbers: &[u64]) -> Vec<u64> {
    let mut sums = Vec::new();
    for n in numbers.iter().take(8) {
        let mut sum = 0;
        #[concurrent(workers = 3, chunksize = 2)]
        for m in numbers.iter().take(8) {
            sum += work(n * m);
        }
        sums.push(sum);
    }
    sums
}

#[concurrent(workers = 3)]
fn rows_marked_on_both(numbers: &[u64]) -> Vec<u64> {
    let mut sums = Vec::new();
    #[concurrent]
    for n in numbers.iter().take(8) {
        let mut sum = 0;
        #[concurrent(chunksize = 1)]
        for m in numbers.iter().take(8) {
            sum += work(n * m);
        }
        sums.push(sum);
    }
    sums
}

#[test]
fn marks_on_an_inner_loop_and_on_both() {
    let plain = |input: &Input| outcome(|| rows_plain(&input.numbers));
    super::timed(move || {
        super::compare(
            plain,
            &[
                ("a mark within", |input| outcome(|| rows_marked_within(&input.numbers))),
                ("marks on both", |input| outcome(|| rows_marked_on_both(&input.numbers))),
            ],
        );
    });
}
