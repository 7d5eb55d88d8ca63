//! Where an annotated function or its loop may stand.

use std::fmt::Debug;

use super::{Input, form, thread_form, work};

thread_form! { generic_function, |x| f(&x.numbers, |n| work(n).to_string()),
    fn f<T, R, F>(items: &[T], convert: F) -> Vec<(T, R)>
    where
        T: Copy + Send + Sync,
        R: Send + Debug,
        F: Fn(T) -> R + Sync,
    {
        let mut out = Vec::new();
        for item in items {
            out.push((*item, convert(*item)));
        }
        out
    }
}

thread_form! { const_generic_function, |x| f([x.numbers.len(), 2, 3, 4]),
    fn f<const N: usize>(items: [usize; N]) -> [u64; N] {
        let mut out = [0; N];
        for i in 0..N {
            out[i] = work(items[i] as u64) + N as u64;
        }
        out
    }
}

form! { function_without_result, |x| { let mut out = Vec::new(); f(&x.numbers, &mut out); out },
    fn f(numbers: &[u64], out: &mut Vec<u64>) {
        for n in numbers {
            if work(*n) % 41 == 0 {
                return;
            }
            out.push(work(n + 1));
        }
    }
}

form! { loop_in_a_closure, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, Option<u64>) {
        let sum = |from: usize| {
            let mut total = 0;
            for n in numbers.iter().skip(from) {
                total += work(*n);
            }
            total
        };
        let find = || {
            for n in numbers {
                if work(*n) % 9 == 0 {
                    return Some(*n);
                }
            }
            None
        };
        (sum(0) + sum(3), find())
    }
}

form! { loops_in_branches_and_arms, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        match numbers.len() {
            0 => {}
            n if n % 2 == 0 => for n in numbers { out.push(work(*n)); },
            _ => {
                if numbers[0] > 50 {
                    for n in numbers.iter().rev() {
                        out.push(work(*n));
                    }
                }
            }
        }
        out
    }
}

form! { loops_within_the_body, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Vec<u64>>, u64) {
        let mut rows = Vec::new();
        let mut total = 0;
        for n in numbers.iter().take(6) {
            let mut row = Vec::new();
            for m in numbers.iter().take(5) {
                row.push(work(n * m));
            }
            total += row.len() as u64;
            rows.push(row);
        }
        (rows, total)
    }
}

/// A method with a loop, plainly and annotated.
macro_rules! methods {
    ($name:ident, [$($attr:tt)*]) => {
        #[derive(Debug, Default)]
        struct $name {
            factor: u64,
            seen: Vec<u64>,
            total: u64,
        }

        impl $name {
            #[$($attr)*]
            fn read(&self, numbers: &[u64]) -> u64 {
                let mut total = 0;
                for n in numbers {
                    total += work(*n) * self.factor + self.seen.len() as u64;
                }
                total
            }

            #[$($attr)*]
            fn feed(&mut self, numbers: &[u64]) {
                for n in numbers {
                    let y = work(*n) * self.factor;
                    self.seen.push(y);
                    if y % 3 == 0 {
                        continue;
                    }
                    self.total ^= y;
                }
            }

            fn scaled(&self, n: u64) -> u64 {
                work(n) * self.factor
            }

            // What the message proposes where `scaled` is called on `self`, parts of which the loop changes.
            #[$($attr)*]
            fn feed_parts(&mut self, numbers: &[u64]) {
                let mut seen = std::mem::take(&mut self.seen);
                let mut total = std::mem::take(&mut self.total);
                let this = &*self;
                for n in numbers {
                    let y = this.scaled(*n);
                    total ^= y;
                    seen.push(y);
                }
                self.seen = seen;
                self.total = total;
            }

            #[$($attr)*]
            fn double(mut self) -> Self {
                for n in self.seen.iter_mut() {
                    *n = work(*n) * self.factor;
                    self.total += 1;
                }
                self
            }
        }

        impl Extend<u64> for $name {
            #[$($attr)*]
            fn extend<I: IntoIterator<Item = u64>>(&mut self, iter: I) {
                for n in iter {
                    self.seen.push(work(n));
                }
            }
        }
    };
}

mod plain {
    use super::*;

    methods!(Sums, [allow(clippy::needless_return, reason = "any attribute will do")]);

    pub(super) fn run(input: &Input) -> String {
        let mut sums = Sums { factor: 3, ..Sums::default() };
        sums.feed(&input.numbers);
        sums.feed_parts(&input.numbers);
        sums.extend(input.numbers.iter().copied());
        let read = sums.read(&input.numbers);
        let Sums { factor, seen, total } = sums.double();
        format!("{read} {factor} {seen:?} {total}")
    }
}

mod annotated {
    use super::*;

    methods!(Sums, [concurrent_futures::concurrent(workers = 3)]);

    pub(super) fn run(input: &Input) -> String {
        let mut sums = Sums { factor: 3, ..Sums::default() };
        sums.feed(&input.numbers);
        sums.feed_parts(&input.numbers);
        sums.extend(input.numbers.iter().copied());
        let read = sums.read(&input.numbers);
        let Sums { factor, seen, total } = sums.double();
        format!("{read} {factor} {seen:?} {total}")
    }
}

#[test]
fn methods_and_their_fields() {
    super::timed(|| super::compare(plain::run, &[("workers = 3", annotated::run)]));
}
