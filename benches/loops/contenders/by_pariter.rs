//! By hand with pariter: the iterator stays, its `map` becomes parallel.

use std::collections::HashMap;
use std::thread;

use pariter::IteratorExt;

use crate::bodies::Body;
use crate::sinks::{Call, Data, NESTED, Output, Sink, WAITING, check};

pub(super) fn call<B: Body>(sink: Sink) -> Call<B> {
    match sink {
        Sink::Push => |data, body| Output::List(mapped(data, body).collect()),
        Sink::Sum => |data, body| Output::Number(mapped(data, body).sum()),
        Sink::Max => |data, body| Output::Number(mapped(data, body).max().unwrap_or(0)),
        Sink::Store => |data, body| {
            let n = data.n();
            let results = (0..n).parallel_map(move |x| body.run(x));
            data.out.iter_mut().zip(results).for_each(|(y, result)| *y = result);
            Output::InPlace
        },
        Sink::Find => |data, body| {
            let wanted = data.wanted;
            Output::Found(mapped(data, body).position(|y| y == wanted))
        },
        Sink::Fallible => |data, body| {
            let wanted = data.wanted;
            Output::Tried(mapped(data, body).map(|y| check(y, wanted)).collect())
        },
        Sink::Slice => |data, body| {
            thread::scope(|scope| {
                Output::List(data.items.iter().parallel_map_scoped(scope, move |x| body.run(*x)).collect())
            })
        },
        Sink::Filter => |data, body| {
            thread::scope(|scope| {
                let items = data.items.iter().filter(|x| **x % 2 == 0);
                Output::List(items.parallel_map_scoped(scope, move |x| body.run(*x)).collect())
            })
        },
        Sink::Lines => |data, body| {
            thread::scope(|scope| {
                let run = move |line: &str| body.run(line.parse().expect("a number"));
                Output::List(data.text.lines().parallel_map_scoped(scope, run).collect())
            })
        },
        Sink::Count => |data, body| {
            let mut counts = HashMap::new();
            for word in (0..data.n()).parallel_map(move |x| format!("word {}", body.run(x) % 100)) {
                *counts.entry(word).or_insert(0) += 1;
            }
            Output::Counts(counts)
        },
        Sink::Float => |data, body| {
            let terms = (0..data.n()).parallel_map(move |x| body.run(x) as f64 * 0.1);
            Output::Float(terms.fold(0.0, |sum, term| sum + term))
        },
        Sink::Nested => |_, body| {
            let row = move |y| (y * NESTED..(y + 1) * NESTED).parallel_map(move |x| body.run(x)).collect();
            Output::Lists((0..NESTED).parallel_map(row).collect())
        },
        Sink::Waiting => |data, body| {
            let many = |builder: pariter::ParallelMapBuilder<_>| builder.threads(WAITING);
            Output::List((0..data.n()).parallel_map_custom(many, move |x| body.run(x)).collect())
        },
    }
}

fn mapped<B: Body>(data: &Data, body: B) -> impl Iterator<Item = u64> {
    (0..data.n()).parallel_map(move |x| body.run(x))
}
