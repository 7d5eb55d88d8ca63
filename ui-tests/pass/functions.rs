//! Annotated functions within annotated functions, `impl Trait` arguments and results, and names that two macros share.

#![deny(warnings)]

use concurrent_futures::concurrent;
use std::fmt::Display;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(workers = 3)]
fn outer(n: u64) -> Vec<u64> {
    #[concurrent(workers = 2)]
    fn sum(n: u64) -> u64 {
        let mut out = 0;
        for i in 0..n {
            out += work(i);
        }
        out
    }

    #[concurrent(task)]
    fn square(n: u64) -> u64 {
        work(n)
    }

    let mut out = Vec::new();
    for i in 0..n {
        #[concurrent]
        fn last(n: u64) -> Option<u64> {
            let mut out = None;
            for i in 0..n {
                out = Some(work(i));
            }
            out
        }
        let future = square::submit(i);
        out.push(sum(i) + last(i).unwrap_or(100) + future.result().unwrap());
    }
    out
}

#[concurrent(workers = 3)]
fn texts<'a, const N: usize>(
    numbers: impl IntoIterator<Item = &'a u64>,
    by: impl Fn(u64) -> u64 + Sync,
    unit: &'a (impl Display + Sync + ?Sized),
) -> impl Iterator<Item = [String; N]> {
    let mut out = Vec::new();
    for number in numbers {
        let text = format!("{}{unit}", by(*number));
        out.push([(); N].map(|()| text.clone()));
    }
    out.into_iter()
}

macro_rules! accumulate {
    ($into:ident, $n:expr) => {{
        let mut sum = 0;
        #[allow(unused_mut)]
        let mut run = || {
            let n = $n;
            #[concurrent(workers = 2)]
            fn add(n: u64) -> u64 {
                let mut sum = 0;
                for i in 0..n {
                    sum += work(i);
                }
                sum
            }
            add(n)
        };
        sum += run();
        $into += sum;
    }};
}

fn main() {
    assert_eq!(outer(3), [100, 1, 1 + 1 + 4]);
    assert_eq!(texts::<2>(&[1, 2], |n| n + 1, "m").last(), Some(["3m".to_owned(), "3m".to_owned()]));
    let mut sum = 1;
    accumulate!(sum, 3);
    assert_eq!(sum, 6);
}
