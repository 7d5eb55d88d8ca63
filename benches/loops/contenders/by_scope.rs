//! By hand with `std::thread::scope`: each thread gets an equal part of the items, and the calling thread the first.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::bodies::Body;
use crate::sinks::{Data, NESTED, Output, WAITING, check};

static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

pub(crate) fn push<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(in_parts(data.n(), *CORES, |part| part.map(|x| body.run(x)).collect::<Vec<_>>()).concat())
}

pub(crate) fn sum<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number(in_parts(data.n(), *CORES, |part| part.map(|x| body.run(x)).sum::<u64>()).into_iter().sum())
}

pub(crate) fn max<B: Body>(data: &mut Data, body: B) -> Output {
    let maxima = in_parts(data.n(), *CORES, |part| part.map(|x| body.run(x)).max());
    Output::Number(maxima.into_iter().max().flatten().unwrap_or(0))
}

pub(crate) fn fallible<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    let run = |part: Range<usize>| part.map(|x| check(body.run(x), wanted)).collect::<Result<Vec<_>, _>>();
    let parts: Result<Vec<_>, _> = in_parts(data.n(), *CORES, run).into_iter().collect();
    Output::Tried(parts.map(|parts| parts.concat()))
}

pub(crate) fn slice<B: Body>(data: &mut Data, body: B) -> Output {
    let items = &data.items;
    let run = |part: Range<usize>| items[part].iter().map(|x| body.run(*x)).collect::<Vec<_>>();
    Output::List(in_parts(items.len(), *CORES, run).concat())
}

pub(crate) fn filter<B: Body>(data: &mut Data, body: B) -> Output {
    let items = &data.items;
    let run =
        |part: Range<usize>| items[part].iter().filter(|x| **x % 2 == 0).map(|x| body.run(*x)).collect::<Vec<_>>();
    Output::List(in_parts(items.len(), *CORES, run).concat())
}

pub(crate) fn keep<B: Body>(data: &mut Data, body: B) -> Output {
    let run = |part: Range<usize>| part.map(|x| body.run(x)).filter(|y| y % 2 == 0).collect::<Vec<_>>();
    Output::List(in_parts(data.n(), *CORES, run).concat())
}

pub(crate) fn lines<B: Body>(data: &mut Data, body: B) -> Output {
    let lines: Vec<&str> = data.text.lines().collect();
    let run = |part: Range<usize>| {
        lines[part].iter().map(|line| body.run(line.parse().expect("a number"))).collect::<Vec<_>>()
    };
    Output::List(in_parts(lines.len(), *CORES, run).concat())
}

pub(crate) fn float<B: Body>(data: &mut Data, body: B) -> Output {
    let terms = in_parts(data.n(), *CORES, |part| part.map(|x| body.run(x) as f64 * 0.1).collect::<Vec<_>>());
    Output::Float(terms.into_iter().flatten().fold(0.0, |sum, term| sum + term))
}

/// Whoever writes this takes the outer loop alone.
pub(crate) fn nested<B: Body>(_: &mut Data, body: B) -> Output {
    let row = |y| (y * NESTED..(y + 1) * NESTED).map(|x| body.run(x)).collect::<Vec<_>>();
    Output::Lists(in_parts(NESTED, *CORES, |part| part.map(row).collect::<Vec<_>>()).concat())
}

pub(crate) fn waiting<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(in_parts(data.n(), WAITING, |part| part.map(|x| body.run(x)).collect::<Vec<_>>()).concat())
}

/// Runs `work` for `n_parts` equal parts of `0..n` and gives the results in their order.
fn in_parts<T: Send>(n: usize, n_parts: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let n_parts = n_parts.min(n).max(1);
    let part = |i: usize| n * i / n_parts..n * (i + 1) / n_parts;
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..n_parts).map(|i| scope.spawn(move || work(part(i)))).collect();
        let mut results = vec![work(part(0))];
        // Woken by the end of each thread.
        results.extend(others.into_iter().map(|thread| thread.join().expect("no panic")));
        results
    })
}

pub(crate) fn store<B: Body>(data: &mut Data, body: B) -> Output {
    let size = data.out.len().div_ceil(*CORES);
    thread::scope(|scope| {
        let mut parts = data.out.chunks_mut(size).enumerate();
        let first = parts.next();
        let run = move |(i, part): (usize, &mut [u64])| {
            part.iter_mut().enumerate().for_each(|(x, y)| *y = body.run(i * size + x));
        };
        parts.for_each(|part| drop(scope.spawn(move || run(part))));
        first.into_iter().for_each(run);
    });
    Output::InPlace
}

/// In blocks from the front: equal parts would search behind what the first part finds early.
pub(crate) fn find<B: Body>(data: &mut Data, body: B) -> Output {
    let (n, wanted) = (data.n(), data.wanted);
    let block = (n / (64 * *CORES)).clamp(1, 1_000);
    let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    // Relaxed: the numbers order nothing else, and the end of the threads makes the result visible.
    let search = |_| loop {
        let first = next.fetch_add(block, Ordering::Relaxed);
        if first >= n || first > found.load(Ordering::Relaxed) {
            return;
        }
        if let Some(x) = (first..n.min(first + block)).find(|&x| body.run(x) == wanted) {
            found.fetch_min(x, Ordering::Relaxed);
        }
    };
    in_parts(*CORES, *CORES, search);
    let found = found.into_inner();
    Output::Found((found != usize::MAX).then_some(found))
}

pub(crate) fn count<B: Body>(data: &mut Data, body: B) -> Output {
    let parts = in_parts(data.n(), *CORES, |part| {
        let mut counts: HashMap<String, u64> = HashMap::new();
        for x in part {
            *counts.entry(format!("word {}", body.run(x) % 100)).or_insert(0) += 1;
        }
        counts
    });
    Output::Counts(parts.into_iter().reduce(super::merge).unwrap_or_default())
}
