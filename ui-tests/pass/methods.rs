//! The attribute on methods, associated functions, and methods of a trait's implementation.

#![deny(warnings)]

use concurrent_futures::concurrent;
use std::ops::AddAssign;

fn work(n: u64) -> u64 {
    n * n
}

#[derive(Debug)]
struct Numbers<T> {
    scale: u64,
    out: Vec<T>,
}

impl<T: From<u64> + Send> Numbers<T> {
    const FIRST: u64 = 1;

    #[concurrent(workers = 3)]
    fn fill(&mut self, n: u64) -> &mut Self {
        for i in Self::FIRST..n {
            let square = work(i) * self.scale;
            self.out.push(square.into());
        }
        self
    }

    #[concurrent(workers = 3)]
    fn made<const N: usize>(numbers: [u64; N]) -> Self {
        let mut out = Vec::new();
        for n in numbers {
            out.push(T::from(work(n)));
        }
        Self { scale: 1, out }
    }

    #[concurrent(workers = 3)]
    fn scaled<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str>
    where
        T: Sync,
    {
        let mut out = Vec::new();
        for &word in words {
            let wanted = work(word.len() as u64) >= self.scale;
            if wanted {
                out.push(word);
            }
        }
        out
    }

    #[concurrent(workers = 3)]
    fn consumed(mut self, n: u64) -> Vec<T> {
        for i in 0..n {
            self.out.push(work(i).into());
        }
        self.out
    }
}

trait Sum {
    fn sum(&self) -> u64;

    fn provided(&self, n: u64) -> u64;
}

impl<T> Sum for Numbers<T>
where
    T: Copy + Into<u64> + Sync,
{
    #[concurrent(workers = 3)]
    fn sum(&self) -> u64 {
        let mut sum = 0;
        for &n in &self.out {
            sum += work(n.into());
        }
        sum
    }

    #[concurrent(workers = 3)]
    fn provided(&self, n: u64) -> u64 {
        let mut sum = 0;
        for i in 0..n {
            sum.add_assign(work(i) * self.scale);
        }
        sum
    }
}

trait Provided {
    #[concurrent(workers = 3)]
    fn all(&self, n: u64) -> Vec<u64>
    where
        Self: Sync,
    {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(self.one(i) + work(i));
        }
        out
    }

    fn one(&self, n: u64) -> u64;
}

impl Provided for u64 {
    fn one(&self, n: u64) -> u64 {
        self + n
    }
}

fn main() {
    let mut numbers = Numbers::<u64>::made([1, 2]);
    numbers.fill(3).fill(2);
    assert_eq!(numbers.out, [1, 4, 1, 4, 1]);
    assert_eq!(numbers.sum(), 1 + 16 + 1 + 16 + 1);
    assert_eq!(numbers.provided(3), 5);
    assert_eq!(numbers.scaled(&["", "a"]), ["a"]);
    assert_eq!(numbers.consumed(2).len(), 7);
    assert_eq!(7.all(2), [7, 9]);
}
