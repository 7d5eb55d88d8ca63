//! Reductions cause no lint in the user's crate, whatever the variables are called and wherever the function stands.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

fn least<T: Ord>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

/// Raw names, in each operator's place.
#[concurrent(workers = 3, reduce(+: r#type, max: r#fn, least: r#match))]
fn raw(n: u64) -> (u64, u64, u64) {
    let (mut r#type, mut r#fn, mut r#match) = (0, 0, 1000);
    for r#in in 0..n {
        let r#ref = work(r#in);
        if r#in % 2 == 0 {
            r#type += r#ref;
        }
        r#fn = r#fn.max(r#ref);
        r#match = least(r#match, r#ref + 1);
    }
    (r#type, r#fn, r#match)
}

/// Generics, const generics, lifetimes and `impl Trait`.
#[concurrent(workers = 3, chunksize = 2, reduce(max: first, +: count))]
fn first<'a, T, const N: usize>(rows: &'a [[T; N]], weigh: impl Fn(&T) -> u64 + Sync) -> (Option<&'a T>, u64)
where
    T: Ord + Sync,
{
    let mut first = None;
    let mut count = 0;
    for row in rows {
        for value in row {
            count += weigh(value);
            if weigh(value) > 3 {
                first = std::cmp::max(first, Some(value));
            }
        }
    }
    (first, count)
}

/// One annotated function within another, with variables of the same names.
#[concurrent(workers = 3, reduce(+: total))]
fn outer(n: u64) -> u64 {
    #[concurrent(workers = 2, reduce(*: total))]
    fn inner(n: u64) -> u64 {
        let mut total = 1;
        for i in 1..n {
            total *= work(i) % 5 + 1;
        }
        total
    }

    let mut total = inner(4);
    for i in 0..n {
        #[concurrent(reduce(|: total))]
        fn within(n: u64) -> u64 {
            let mut total = 0;
            for i in 0..n {
                total |= work(i);
            }
            total
        }
        total += within(i) + inner(3);
    }
    total
}

/// A loop within a reduced one, and labels.
#[concurrent(workers = 3, chunksize = 3, reduce(+: n_even, ||: any))]
fn labelled(rows: &[Vec<u64>], seen: &mut Vec<u64>) -> (usize, bool) {
    let mut n_even = 0;
    let mut any = false;
    'rows: for row in rows {
        let mut last = 0;
        'values: for &value in row {
            if value == 9 {
                continue 'rows;
            }
            if value % 2 == 1 {
                continue 'values;
            }
            n_even += 1;
            last = work(value);
        }
        any = any || last > 50;
        seen.push(last);
    }
    (n_even, any)
}

struct Scores {
    weight: u64,
    best: u64,
}

impl Scores {
    #[concurrent(workers = 3, reduce(max: best))]
    fn update(&mut self, rows: &[u64]) -> &mut Self {
        let mut best = self.best;
        for row in rows {
            let score = work(*row) * self.weight;
            if score > best {
                best = score;
            }
        }
        self.best = best;
        self
    }

    #[concurrent(workers = 3, reduce(+: sum))]
    fn into_sum(self, rows: Vec<u64>) -> u64 {
        let mut sum = self.best;
        for row in rows {
            sum = sum + work(row) + self.weight;
        }
        sum
    }
}

macro_rules! summed {
    ($name:ident, $sum:ident, |$item:ident| $element:expr) => {
        #[concurrent(workers = 3, reduce(+: $sum, +: own))]
        fn $name(n: u64) -> (u64, u64) {
            let mut $sum = 0;
            let mut own = 0;
            for $item in 0..n {
                $sum += $element;
                own += 1;
            }
            ($sum, own)
        }
    };
}

summed!(squares, sum, |i| work(i));

fn main() {
    assert_eq!(raw(4), (4, 9, 1));
    assert_eq!(first(&[[1, 2], [3, 4], [9, 5]], |n| *n), (Some(&9), 24));
    assert_eq!(outer(3), 2 * 5 * 5 + 3 * (2 * 5) + 1);
    let mut seen = Vec::new();
    assert_eq!(labelled(&[vec![2, 3, 8], vec![4, 9], vec![5]], &mut seen), (3, true));
    assert_eq!(seen, [64, 0]);
    let mut scores = Scores { weight: 2, best: 3 };
    assert_eq!(scores.update(&[1, 3]).best, 18);
    assert_eq!(scores.into_sum(vec![1, 2]), 18 + 5 + 4);
    assert_eq!(squares(3), (5, 3));
}
