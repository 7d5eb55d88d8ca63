//! `map` gives one result for each input, in order, whatever the chunks and buffers, and goes on after errors.

use concurrent_futures::{Map, ThreadPool};
use concurrent_futures_suite::timed;

fn square(n: u64) -> u64 {
    n * n
}

#[test]
fn for_every_chunk_and_buffer() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let expected: Vec<u64> = (0..40).map(square).collect();
        for chunk in [1, 3, 6, 40, 50] {
            for buffer in [1, 2, 40, 80] {
                let map = pool.map(square, 0..40).chunksize(chunk).buffersize(buffer);
                assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{chunk}, {buffer}");
            }
            let map = pool.map(square, 0..40).chunksize(chunk);
            assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{chunk}");
        }
    });
}

#[test]
fn over_two_inputs() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let powers = pool.map(|(base, exponent): (u64, u32)| base.pow(exponent), (0..10).zip(0..10)).chunksize(3);
        let expected: Vec<u64> = (0..10).map(|n: u32| u64::from(n).pow(n)).collect();
        assert_eq!(powers.collect::<Result<Vec<_>, _>>().unwrap(), expected);
        for buffer in [1, 2, 10, 20] {
            let powers = pool.map(|(base, exponent): (u64, u32)| base.pow(exponent), (0..10).zip(0..10));
            assert_eq!(powers.buffersize(buffer).collect::<Result<Vec<_>, _>>().unwrap(), expected, "{buffer}");
        }
    });
}

#[test]
fn over_infinite_inputs() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let first = |map: Map<'_, _, u64>| map.take(5).collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(first(pool.map(square, 0..)), [0, 1, 4, 9, 16]);
        assert_eq!(first(pool.map(square, 0..).buffersize(2)), [0, 1, 4, 9, 16]);
        let sums = pool.map(|(a, b)| a + b, (0_u64..).zip(10_u64..)).chunksize(2).buffersize(4);
        assert_eq!(sums.take(3).collect::<Result<Vec<_>, _>>().unwrap(), [10, 12, 14]);
    });
}

#[test]
fn over_nothing() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let mut map = pool.map(square, []).buffersize(3);
        assert!(map.next().is_none() && map.next().is_none());
        assert!(pool.map(square, []).unordered().next().is_none());
    });
}

#[test]
fn an_error_takes_only_its_place() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        for chunk in [1, 4, 10] {
            let results: Vec<_> = pool.map(|n: u64| 12 / (n % 3), 0..9).chunksize(chunk).collect();
            assert_eq!(results.len(), 9);
            for (n, result) in (0_u64..).zip(results) {
                match result {
                    Ok(value) => assert_eq!(value, 12 / (n % 3)),
                    Err(error) => assert!(n % 3 == 0 && error.is_panic(), "{n}: {error}"),
                }
            }
        }
    });
}

#[test]
fn a_result_that_was_taken_is_not_kept() {
    use std::sync::Arc;
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        for chunk in [1, 2] {
            for result in pool.map(|_| Arc::new(()), 0..4).chunksize(chunk) {
                let seen = Arc::downgrade(&result.unwrap());
                assert!(seen.upgrade().is_none());
            }
        }
    });
}

#[test]
fn closures_need_no_types() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let lengths = pool.map(|word| word.len(), vec!["one".to_owned(), "three".to_owned()]);
        assert_eq!(lengths.collect::<Result<Vec<_>, _>>().unwrap(), [3, 5]);
    });
}

#[test]
fn the_input_need_not_be_send() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let pulled = std::rc::Rc::new(std::cell::Cell::new(0));
        let counter = std::rc::Rc::clone(&pulled);
        let here = std::thread::current().id();
        let input = (0..10).inspect(move |_| {
            assert_eq!(std::thread::current().id(), here);
            counter.set(counter.get() + 1);
        });
        assert_eq!(pool.map(square, input).filter_map(Result::ok).count(), 10);
        assert_eq!(pulled.get(), 10);
    });
}

#[test]
fn unordered_gives_each_with_its_index() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        for chunk in [1, 3, 50] {
            let mut seen = [0; 40];
            for (i, result) in pool.map(square, 0..40).chunksize(chunk).unordered() {
                assert_eq!(result.unwrap(), square(i as u64));
                seen[i] += 1;
            }
            assert_eq!(seen, [1; 40]);
        }
    });
}

#[test]
fn unordered_goes_on_where_the_ordered_map_stood() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let mut map = pool.map(square, 0..10).chunksize(3);
        assert_eq!(map.next().unwrap().unwrap(), 0);
        let mut rest: Vec<_> = map.unordered().map(|(i, result)| (i, result.unwrap())).collect();
        rest.sort_unstable();
        assert_eq!(rest, (1..10).map(|i| (i, square(i as u64))).collect::<Vec<_>>());
    });
}

concurrent_futures_suite::under_each_schedule!();
