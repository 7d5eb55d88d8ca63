//! The loops: what each does with the results of the body, plainly and annotated.
//!
//! The text of each loop stands here once; `cfg_attr` decides whether it is annotated (`all()` always holds, `any()`
//! never). An annotated loop remembers what its earlier calls took, in a memory that belongs to the place in the source,
//! as users have one place for each loop; so each cell of the table gets a copy of its own.

use std::collections::HashMap;
use std::hint::black_box;

use concurrent_futures::concurrent;

use crate::bodies::{Body, Chain, Short, Skewed, Sleep, Tiny};
use crate::contenders::{Contender, by_orx, by_pariter, by_rayon, by_scope};

/// What a loop goes through, and where one that stores in place puts its results.
pub(crate) struct Data {
    n: usize,
    /// What a loop looks for, or fails at.
    pub(crate) wanted: u64,
    pub(crate) items: Vec<usize>,
    pub(crate) text: String,
    pub(crate) out: Vec<u64>,
}

impl Data {
    pub(crate) fn new<B: Body>(sink: Sink, n: usize, body: B) -> Self {
        let needs = |which: bool, n: usize| if which { n } else { 0 };
        let wanted = match sink {
            Sink::Find => body.run(n / 100),
            Sink::Fallible => body.run(n - 1),
            _ => 0,
        };
        Self {
            n,
            wanted,
            // Of those of a filtered loop, every second is left.
            items: (0..needs(sink == Sink::Slice, n) + needs(sink == Sink::Filter, 2 * n)).collect(),
            text: (0..needs(sink == Sink::Lines, n)).map(|x| format!("{x}\n")).collect(),
            out: vec![0; needs(sink == Sink::Store, n)],
        }
    }

    /// The number of items; the compiler does not know it.
    pub(crate) fn n(&self) -> usize {
        black_box(self.n)
    }
}

/// What a loop gives; compared with what the plain loop gives.
#[derive(PartialEq)]
pub(crate) enum Output {
    List(Vec<u64>),
    Lists(Vec<Vec<u64>>),
    Number(u64),
    Float(f64),
    Found(Option<usize>),
    Tried(Result<Vec<u64>, u64>),
    Counts(HashMap<String, u64>),
    /// In [`Data::out`].
    InPlace,
}

/// One contender's way to run a loop.
pub(crate) type Call<B> = fn(&mut Data, B) -> Output;
/// The same, for those that know more than a function.
pub(crate) type BoxedCall<B> = Box<dyn Fn(&mut Data, B) -> Output + Sync>;

/// Fails at the item that is looked for.
#[inline(always)]
pub(crate) fn check(y: u64, wanted: u64) -> Result<u64, u64> {
    if y == wanted { Err(y) } else { Ok(y) }
}

/// A nested loop has this many iterations, of this many each.
pub(crate) const NESTED: usize = 8;
/// Threads of the loops whose bodies wait.
pub(crate) const WAITING: usize = 16;

macro_rules! push {
    ($when:meta $name:ident $B:ty $(, $option:ident = $value:expr)?) => {
        #[cfg_attr($when, concurrent($($option = $value)?))]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut out = Vec::new();
            for x in 0..data.n() {
                out.push(body.run(x));
            }
            Output::List(out)
        }
    };
}

macro_rules! sum {
    ($when:meta $name:ident $B:ty $(, $option:ident = $value:expr)?) => {
        #[cfg_attr($when, concurrent(reduce(+: sum) $(, $option = $value)?))]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut sum = 0;
            for x in 0..data.n() {
                sum += body.run(x);
            }
            Output::Number(sum)
        }
    };
}

macro_rules! max {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent(reduce(max: max)))]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut max = 0;
            for x in 0..data.n() {
                max = body.run(x).max(max);
            }
            Output::Number(max)
        }
    };
}

macro_rules! store {
    ($when:meta $name:ident $B:ty $(, $option:ident = $value:expr)?) => {
        #[cfg_attr($when, concurrent($($option = $value)?))]
        fn $name(data: &mut Data, body: $B) -> Output {
            for (x, y) in data.out.iter_mut().enumerate() {
                *y = body.run(x);
            }
            Output::InPlace
        }
    };
}

macro_rules! find {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let wanted = data.wanted;
            for x in 0..data.n() {
                if body.run(x) == wanted {
                    return Output::Found(Some(x));
                }
            }
            Output::Found(None)
        }
    };
}

macro_rules! fallible {
    ($when:meta $name:ident $B:ty) => {
        fn $name(data: &mut Data, body: $B) -> Output {
            #[cfg_attr($when, concurrent)]
            fn all(n: usize, wanted: u64, body: $B) -> Result<Vec<u64>, u64> {
                let mut out = Vec::new();
                for x in 0..n {
                    out.push(check(body.run(x), wanted)?);
                }
                Ok(out)
            }
            Output::Tried(all(data.n(), data.wanted, body))
        }
    };
}

macro_rules! slice {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut out = Vec::new();
            for x in &data.items {
                out.push(body.run(*x));
            }
            Output::List(out)
        }
    };
}

macro_rules! filter {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut out = Vec::new();
            for x in data.items.iter().filter(|x| **x % 2 == 0) {
                out.push(body.run(*x));
            }
            Output::List(out)
        }
    };
}

macro_rules! keep {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut out = Vec::new();
            for x in 0..data.n() {
                let y = body.run(x);
                if y % 2 == 0 {
                    out.push(y);
                }
            }
            Output::List(out)
        }
    };
}

macro_rules! lines {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut out = Vec::new();
            for line in data.text.lines() {
                out.push(body.run(line.parse().expect("a number")));
            }
            Output::List(out)
        }
    };
}

macro_rules! count {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut counts = HashMap::new();
            for x in 0..data.n() {
                let word = format!("word {}", body.run(x) % 100);
                *counts.entry(word).or_insert(0) += 1;
            }
            Output::Counts(counts)
        }
    };
}

macro_rules! float {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(data: &mut Data, body: $B) -> Output {
            let mut sum = 0.0;
            for x in 0..data.n() {
                sum += body.run(x) as f64 * 0.1;
            }
            Output::Float(sum)
        }
    };
}

macro_rules! nested {
    ($when:meta $name:ident $B:ty) => {
        #[cfg_attr($when, concurrent)]
        fn $name(_: &mut Data, body: $B) -> Output {
            #[cfg_attr($when, concurrent)]
            fn row(first: usize, body: $B) -> Vec<u64> {
                let mut row = Vec::new();
                for x in first..first + NESTED {
                    row.push(body.run(x));
                }
                row
            }
            let mut rows = Vec::new();
            for y in 0..black_box(NESTED) {
                rows.push(row(y * NESTED, body));
            }
            Output::Lists(rows)
        }
    };
}

macro_rules! waiting {
    (any() $name:ident $B:ty) => { push!(any() $name $B); };
    (all() $name:ident $B:ty) => { push!(all() $name $B, workers = WAITING); };
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sink {
    /// Push into a vector, the results of a range.
    Push,
    /// `reduce(+: sum)`
    Sum,
    /// `reduce(max: max)`
    Max,
    /// Through `iter_mut`, by position.
    Store,
    /// Leaves with `return` at 1 %.
    Find,
    /// Pushes with `?`, which fails at the last item.
    Fallible,
    /// Push, from a slice.
    Slice,
    /// Push, from an iterator that nobody can split.
    Filter,
    /// Push, of every result that is even.
    Keep,
    /// Push, from the lines of a text.
    Lines,
    /// Counts strings in a map, in order.
    Count,
    /// A sum of floats, in order.
    Float,
    /// A loop whose body runs a loop.
    Nested,
    /// Push, with bodies that wait and more workers than cores.
    Waiting,
}

impl Sink {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Sink::Push => "push",
            Sink::Sum => "sum",
            Sink::Max => "max",
            Sink::Store => "store",
            Sink::Find => "find",
            Sink::Fallible => "fallible",
            Sink::Slice => "slice",
            Sink::Filter => "filter",
            Sink::Keep => "keep",
            Sink::Lines => "lines",
            Sink::Count => "count",
            Sink::Float => "float",
            Sink::Nested => "nested",
            Sink::Waiting => "waiting",
        }
    }

    /// Whether the source of the loop can be cut anywhere.
    pub(crate) fn is_indexed(self) -> bool {
        !matches!(self, Sink::Filter | Sink::Lines)
    }
}

/// The loops over one body.
pub(crate) trait Loops: Body {
    /// How a contender that is written in Rust runs a loop. `copy` says whose memory an annotated one uses.
    fn call(who: Contender, sink: Sink, copy: usize) -> Call<Self>;

    /// Annotated with `workers = 2`.
    fn two_workers(sink: Sink, copy: usize) -> Call<Self>;
}

/// As many copies of an annotated loop as there are names.
macro_rules! copies {
    ($shape:ident $B:ty, [$($name:ident)*]) => {
        [$({
            $shape!(all() $name $B);
            $name as Call<$B>
        }),*]
    };
    ($shape:ident $B:ty, [$($name:ident)*], two workers) => {
        [$({
            $shape!(all() $name $B, workers = 2);
            $name as Call<$B>
        }),*]
    };
}

macro_rules! loops {
    (
        $B:ty: $($sink:ident $shape:ident $copies:tt)*;
        two workers: $($sink2:ident $shape2:ident $copies2:tt)*
    ) => {
        impl Loops for $B {
            fn call(who: Contender, sink: Sink, copy: usize) -> Call<Self> {
                match sink {
                    $(Sink::$sink => match who {
                        Contender::Plain => {
                            $shape!(any() plain $B);
                            plain
                        }
                        Contender::Annotated => copies!($shape $B, $copies)[copy],
                        Contender::Rayon => by_rayon::$shape,
                        Contender::Orx => by_orx::$shape,
                        Contender::Pariter => by_pariter::$shape,
                        Contender::Scope => by_scope::$shape,
                        Contender::OpenMp => unreachable!("is written in C"),
                    },)*
                    _ => unreachable!("no {} over this body", sink.name()),
                }
            }

            fn two_workers(sink: Sink, copy: usize) -> Call<Self> {
                // Without any, the copy is not used.
                let _ = copy;
                match sink {
                    $(Sink::$sink2 => copies!($shape2 $B, $copies2, two workers)[copy],)*
                    _ => unreachable!("no {} over this body with two workers", sink.name()),
                }
            }
        }
    };
}

loops! {
    Tiny:
        Push push [a b c d]
        Sum sum [a b c d]
        Max max [a b c d]
        Store store [a b c d]
        Find find [a b c d]
        Fallible fallible [a b c d];
    two workers:
        Push push [a b c]
        Sum sum [a b c]
        Store store [a b c]
}

loops! {
    Short:
        Push push [a b c d]
        Sum sum [a b c d]
        Max max [a b c d]
        Store store [a b c d]
        Find find [a b c d]
        Fallible fallible [a b c d]
        Slice slice [a b]
        Filter filter [a b]
        Keep keep [a b c]
        Lines lines [a b];
    two workers:
        Push push [a b c]
        Sum sum [a b c]
        Store store [a b c]
}

loops! {
    Chain:
        Push push [a b c d e f g h i j k]
        Sum sum [a b c d e f g h i]
        Max max [a b c d e f]
        Store store [a b c d e f]
        Find find [a b c d e f g h i]
        Fallible fallible [a b c d e f]
        Slice slice [a b c]
        Filter filter [a b c]
        Keep keep [a b c]
        Lines lines [a b c]
        Count count [a b c]
        Float float [a b c]
        Nested nested [a b c];
    two workers:
        Push push [a b c]
        Sum sum [a b c]
        Store store [a b c]
}

loops! {
    Skewed:
        Push push [a b c d e f g h]
        Sum sum [a b c d e f g h];
    two workers:
}

loops! {
    Sleep:
        Waiting waiting [a b];
    two workers:
}
