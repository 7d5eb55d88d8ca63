//! By hand with rayon.

use std::collections::HashMap;
use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::bodies::Body;
use crate::sinks::{Data, NESTED, Output, WAITING, check};

/// Enough threads for bodies that wait.
pub(super) static MANY: LazyLock<ThreadPool> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(WAITING).build().expect("rayon's threads"));

pub(crate) fn push<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List((0..data.n()).into_par_iter().map(|x| body.run(x)).collect())
}

pub(crate) fn sum<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number((0..data.n()).into_par_iter().map(|x| body.run(x)).sum())
}

pub(crate) fn max<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number((0..data.n()).into_par_iter().map(|x| body.run(x)).max().unwrap_or(0))
}

pub(crate) fn store<B: Body>(data: &mut Data, body: B) -> Output {
    data.out.par_iter_mut().enumerate().for_each(|(x, y)| *y = body.run(x));
    Output::InPlace
}

pub(crate) fn find<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    Output::Found((0..data.n()).into_par_iter().find_first(|&x| body.run(x) == wanted))
}

pub(crate) fn fallible<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    Output::Tried((0..data.n()).into_par_iter().map(|x| check(body.run(x), wanted)).collect())
}

pub(crate) fn slice<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(data.items.par_iter().map(|x| body.run(*x)).collect())
}

pub(crate) fn filter<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(data.items.par_iter().filter(|x| **x % 2 == 0).map(|x| body.run(*x)).collect())
}

pub(crate) fn keep<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List((0..data.n()).into_par_iter().map(|x| body.run(x)).filter(|y| y % 2 == 0).collect())
}

pub(crate) fn lines<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(data.text.par_lines().map(|line| body.run(line.parse().expect("a number"))).collect())
}

pub(crate) fn count<B: Body>(data: &mut Data, body: B) -> Output {
    let add = |mut counts: HashMap<String, u64>, x| {
        *counts.entry(format!("word {}", body.run(x) % 100)).or_insert(0) += 1;
        counts
    };
    Output::Counts((0..data.n()).into_par_iter().fold(HashMap::new, add).reduce(HashMap::new, super::merge))
}

pub(crate) fn float<B: Body>(data: &mut Data, body: B) -> Output {
    let terms: Vec<f64> = (0..data.n()).into_par_iter().map(|x| body.run(x) as f64 * 0.1).collect();
    Output::Float(terms.into_iter().fold(0.0, |sum, term| sum + term))
}

pub(crate) fn nested<B: Body>(_: &mut Data, body: B) -> Output {
    let row = |y| (y * NESTED..(y + 1) * NESTED).into_par_iter().map(|x| body.run(x)).collect();
    Output::Lists((0..NESTED).into_par_iter().map(row).collect())
}

pub(crate) fn waiting<B: Body>(data: &mut Data, body: B) -> Output {
    // Each item waits: nobody is to have two of them while others have none.
    MANY.install(|| Output::List((0..data.n()).into_par_iter().with_max_len(1).map(|x| body.run(x)).collect()))
}
