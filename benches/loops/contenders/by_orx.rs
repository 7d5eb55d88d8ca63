//! By hand with orx-parallel.

use std::collections::HashMap;

use orx_parallel::{
    EnumeratePar, IntoParIter, IterIntoParIter, Par, ParCollection, ParCollectionMut, ParResult, Runner,
};

use crate::bodies::Body;
use crate::contenders::by_rayon;
use crate::sinks::{Data, NESTED, Output, check};

pub(crate) fn push<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List((0..data.n()).into_par().map(|x| body.run(x)).collect())
}

pub(crate) fn sum<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number((0..data.n()).into_par().map(|x| body.run(x)).sum())
}

pub(crate) fn max<B: Body>(data: &mut Data, body: B) -> Output {
    Output::Number((0..data.n()).into_par().map(|x| body.run(x)).max().unwrap_or(0))
}

pub(crate) fn store<B: Body>(data: &mut Data, body: B) -> Output {
    data.out.par_mut().enumerate().for_each(|(x, y)| *y = body.run(x));
    Output::InPlace
}

pub(crate) fn find<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    Output::Found((0..data.n()).into_par().find(|&x| body.run(x) == wanted))
}

pub(crate) fn fallible<B: Body>(data: &mut Data, body: B) -> Output {
    let wanted = data.wanted;
    Output::Tried((0..data.n()).into_par().map(|x| check(body.run(x), wanted)).into_fallible().collect())
}

pub(crate) fn slice<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(data.items.par().map(|x| body.run(*x)).collect())
}

pub(crate) fn filter<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List(data.items.par().filter(|x| **x % 2 == 0).map(|x| body.run(*x)).collect())
}

pub(crate) fn keep<B: Body>(data: &mut Data, body: B) -> Output {
    Output::List((0..data.n()).into_par().map(|x| body.run(x)).filter(|y| y % 2 == 0).collect())
}

pub(crate) fn lines<B: Body>(data: &mut Data, body: B) -> Output {
    let lines = data.text.lines().iter_into_par();
    Output::List(lines.map(|line| body.run(line.parse().expect("a number"))).collect())
}

pub(crate) fn count<B: Body>(data: &mut Data, body: B) -> Output {
    let add = |counts: &mut HashMap<String, u64>, x| {
        *counts.entry(format!("word {}", body.run(x) % 100)).or_insert(0) += 1;
    };
    let of_each_thread = (0..data.n()).into_par().fold(HashMap::new, add);
    Output::Counts(of_each_thread.into_iter().reduce(super::merge).unwrap_or_default())
}

pub(crate) fn float<B: Body>(data: &mut Data, body: B) -> Output {
    let terms: Vec<f64> = (0..data.n()).into_par().map(|x| body.run(x) as f64 * 0.1).collect();
    Output::Float(terms.into_iter().fold(0.0, |sum, term| sum + term))
}

/// The outer loop alone: a worker of its pool that waits for an inner loop keeps the thread that this would need.
pub(crate) fn nested<B: Body>(_: &mut Data, body: B) -> Output {
    let row = |y| (y * NESTED..(y + 1) * NESTED).map(|x| body.run(x)).collect::<Vec<_>>();
    Output::Lists((0..NESTED).into_par().map(row).collect())
}

/// On rayon's threads, since its own pools have no more than there are cores.
pub(crate) fn waiting<B: Body>(data: &mut Data, body: B) -> Output {
    let on = Runner::adaptive_with_pool(&*by_rayon::MANY);
    // Each item waits: nobody is to have two of them while others have none.
    Output::List((0..data.n()).into_par().runner(on).chunk_size(1).map(|x| body.run(x)).collect())
}
