//! By hand with rayon.

use std::collections::HashMap;
use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::bodies::Body;
use crate::sinks::{Call, Data, NESTED, Output, Sink, WAITING, check};

static MANY: LazyLock<ThreadPool> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(WAITING).build().expect("rayon's threads"));

pub(super) fn call<B: Body>(sink: Sink) -> Call<B> {
    match sink {
        Sink::Push => |data, body| Output::List((0..data.n()).into_par_iter().map(|x| body.run(x)).collect()),
        Sink::Sum => |data, body| Output::Number((0..data.n()).into_par_iter().map(|x| body.run(x)).sum()),
        Sink::Max => |data, body| Output::Number((0..data.n()).into_par_iter().map(|x| body.run(x)).max().unwrap_or(0)),
        Sink::Store => |data, body| {
            data.out.par_iter_mut().enumerate().for_each(|(x, y)| *y = body.run(x));
            Output::InPlace
        },
        Sink::Find => |data, body| {
            let wanted = data.wanted;
            Output::Found((0..data.n()).into_par_iter().find_first(|&x| body.run(x) == wanted))
        },
        Sink::Fallible => |data, body| {
            let wanted = data.wanted;
            Output::Tried((0..data.n()).into_par_iter().map(|x| check(body.run(x), wanted)).collect())
        },
        Sink::Slice => |data, body| Output::List(data.items.par_iter().map(|x| body.run(*x)).collect()),
        Sink::Filter => {
            |data, body| Output::List(data.items.par_iter().filter(|x| **x % 2 == 0).map(|x| body.run(*x)).collect())
        }
        Sink::Lines => |data, body| {
            Output::List(data.text.par_lines().map(|line| body.run(line.parse().expect("a number"))).collect())
        },
        Sink::Count => count,
        Sink::Float => |data, body| {
            let terms: Vec<f64> = (0..data.n()).into_par_iter().map(|x| body.run(x) as f64 * 0.1).collect();
            Output::Float(terms.into_iter().fold(0.0, |sum, term| sum + term))
        },
        Sink::Nested => |_, body| {
            let row = |y| (y * NESTED..(y + 1) * NESTED).into_par_iter().map(|x| body.run(x)).collect();
            Output::Lists((0..NESTED).into_par_iter().map(row).collect())
        },
        Sink::Waiting => {
            |data, body| MANY.install(|| Output::List((0..data.n()).into_par_iter().map(|x| body.run(x)).collect()))
        }
    }
}

fn count<B: Body>(data: &mut Data, body: B) -> Output {
    let add = |mut counts: HashMap<String, u64>, x| {
        *counts.entry(format!("word {}", body.run(x) % 100)).or_insert(0) += 1;
        counts
    };
    Output::Counts((0..data.n()).into_par_iter().fold(HashMap::new, add).reduce(HashMap::new, super::merge))
}
