//! By hand with orx-parallel.

use std::collections::HashMap;
use std::sync::LazyLock;

use orx_parallel::{
    BasicPool, EnumeratePar, IntoParIter, IterIntoParIter, Par, ParCollection, ParCollectionMut, ParResult, Pool,
    Runner,
};

use crate::bodies::Body;
use crate::sinks::{Call, Data, NESTED, Output, Sink, WAITING, check};

static MANY: LazyLock<BasicPool> = LazyLock::new(|| Pool::basic(WAITING));

pub(super) fn call<B: Body>(sink: Sink) -> Call<B> {
    match sink {
        Sink::Push => |data, body| Output::List((0..data.n()).into_par().map(|x| body.run(x)).collect()),
        Sink::Sum => |data, body| Output::Number((0..data.n()).into_par().map(|x| body.run(x)).sum()),
        Sink::Max => |data, body| Output::Number((0..data.n()).into_par().map(|x| body.run(x)).max().unwrap_or(0)),
        Sink::Store => |data, body| {
            data.out.par_mut().enumerate().for_each(|(x, y)| *y = body.run(x));
            Output::InPlace
        },
        Sink::Find => |data, body| {
            let wanted = data.wanted;
            Output::Found((0..data.n()).into_par().find(|&x| body.run(x) == wanted))
        },
        Sink::Fallible => |data, body| {
            let wanted = data.wanted;
            Output::Tried((0..data.n()).into_par().map(|x| check(body.run(x), wanted)).into_fallible().collect())
        },
        Sink::Slice => |data, body| Output::List(data.items.par().map(|x| body.run(*x)).collect()),
        Sink::Filter => {
            |data, body| Output::List(data.items.par().filter(|x| **x % 2 == 0).map(|x| body.run(*x)).collect())
        }
        Sink::Lines => |data, body| {
            let lines = data.text.lines().iter_into_par();
            Output::List(lines.map(|line| body.run(line.parse().expect("a number"))).collect())
        },
        Sink::Count => count,
        Sink::Float => |data, body| {
            let terms: Vec<f64> = (0..data.n()).into_par().map(|x| body.run(x) as f64 * 0.1).collect();
            Output::Float(terms.into_iter().fold(0.0, |sum, term| sum + term))
        },
        Sink::Nested => |_, body| {
            let row = |y| (y * NESTED..(y + 1) * NESTED).into_par().map(|x| body.run(x)).collect();
            Output::Lists((0..NESTED).into_par().map(row).collect())
        },
        Sink::Waiting => |data, body| {
            let on = Runner::adaptive_with_pool(&*MANY);
            Output::List((0..data.n()).into_par().runner(on).map(|x| body.run(x)).collect())
        },
    }
}

fn count<B: Body>(data: &mut Data, body: B) -> Output {
    let add = |counts: &mut HashMap<String, u64>, x| {
        *counts.entry(format!("word {}", body.run(x) % 100)).or_insert(0) += 1;
    };
    let of_each_thread = (0..data.n()).into_par().fold(HashMap::new, add);
    Output::Counts(of_each_thread.into_iter().reduce(super::merge).unwrap_or_default())
}
