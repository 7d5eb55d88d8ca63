//! By hand with pariter: the iterator stays, its `map` becomes parallel.

use std::collections::HashMap;
use std::thread;

use pariter::{IteratorExt, ParallelMapBuilder};

use crate::bodies::Body;
use crate::sinks::{Data, NESTED, Output, WAITING, check};

pub(crate) fn push<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(mapped(data.n(), body).collect())
}

pub(crate) fn sum<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number(mapped(data.n(), body).sum())
}

pub(crate) fn max<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number(mapped(data.n(), body).max().unwrap_or(0))
}

pub(crate) fn store<B: Body>(data: &mut Data, body: B) -> Output {
    let results = mapped(data.out.len(), body);
    data.out.iter_mut().zip(results).for_each(|(y, result)| *y = result);
    Output::InPlace
}

pub(crate) fn find<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    Output::Found(mapped(data.n(), body).position(|y| y == wanted))
}

pub(crate) fn fallible<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    Output::Tried(mapped(data.n(), body).map(|y| check(y, wanted)).collect())
}

pub(crate) fn slice<B: Body>(data: &mut Data, body: B) -> Output {
    let items = data.items.iter();
    thread::scope(|scope| Output::List(items.parallel_map_scoped(scope, move |x| body.run(*x)).collect()))
}

pub(crate) fn filter<B: Body>(data: &mut Data, body: B) -> Output {
    let items = data.items.iter().filter(|x| **x % 2 == 0);
    thread::scope(|scope| Output::List(items.parallel_map_scoped(scope, move |x| body.run(*x)).collect()))
}

pub(crate) fn keep<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(mapped(data.n(), body).filter(|y| y % 2 == 0).collect())
}

pub(crate) fn lines<B: Body>(data: &mut Data, body: B) -> Output {
    let lines = data.text.lines();
    let run = move |line: &str| body.run(line.parse().expect("a number"));
    thread::scope(|scope| Output::List(lines.parallel_map_scoped(scope, run).collect()))
}

pub(crate) fn count<B: Body>(data: &mut Data, body: B) -> Output {
    let mut counts = HashMap::new();
    for word in (0..data.n()).parallel_map(move |x| format!("word {}", body.run(x) % 100)) {
        *counts.entry(word).or_insert(0) += 1;
    }
    Output::Counts(counts)
}

pub(crate) fn float<B: Body>(data: &mut Data, body: B) -> Output {
    let terms = (0..data.n()).parallel_map(move |x| body.run(x) as f64 * 0.1);
    Output::Float(terms.fold(0.0, |sum, term| sum + term))
}

pub(crate) fn nested<B: Body>(_: &mut Data, body: B) -> Output {
    let row = move |y| (y * NESTED..(y + 1) * NESTED).parallel_map(move |x| body.run(x)).collect();
    Output::Lists((0..NESTED).parallel_map(row).collect())
}

pub(crate) fn waiting<B: Body>(data: &mut Data, body: B) -> Output {
    let many = |builder: ParallelMapBuilder<_>| builder.threads(WAITING);
    Output::List((0..data.n()).parallel_map_custom(many, move |x| body.run(x)).collect())
}

fn mapped<B: Body>(n: usize, body: B) -> impl Iterator<Item = u64> {
    (0..n).parallel_map(move |x| body.run(x))
}
