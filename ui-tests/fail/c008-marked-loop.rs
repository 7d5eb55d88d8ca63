//! Of several marked loops, one is left plain by removing its mark; of several unmarked ones, by marking the others; and
//! a single one by removing the attribute.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent]
fn of_marked_loops(numbers: &mut [u64]) -> u64 {
    let mut total = 0;
    #[concurrent]
    for n in numbers.iter_mut() {
        *n = work(*n);
        if *n > 10 {
            break;
        }
    }
    #[concurrent]
    for n in numbers.iter() {
        total += work(*n);
    }
    total
}

#[concurrent]
fn of_unmarked_loops(numbers: &mut [u64]) -> u64 {
    let mut total = 0;
    for n in numbers.iter_mut() {
        *n = work(*n);
        if *n > 10 {
            break;
        }
    }
    for n in numbers.iter() {
        total += work(*n);
    }
    total
}

#[concurrent]
fn with_an_inner_loop(numbers: &mut [u64]) {
    for n in numbers.iter_mut() {
        for k in 0..3 {
            *n += work(k);
        }
        if *n > 10 {
            break;
        }
    }
}

fn main() {
    of_marked_loops(&mut [3]);
    of_unmarked_loops(&mut [3]);
    with_an_inner_loop(&mut [3]);
}
