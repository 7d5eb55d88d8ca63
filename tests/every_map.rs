//! What maps over every executor promise alike: each body runs over each of them, or over each kind of pool.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use concurrent_futures::Shutdown;
use concurrent_futures_suite::states::{busy, pass};
use concurrent_futures_suite::{Door, Executor, Pool, Scratch, nap};

fn square(n: u64) -> u64 {
    n * n
}

fn fails_at_three(n: u64) -> u64 {
    assert_ne!(n, 3, "three");
    n
}

fn mark(door: Door) {
    door.mark("ran");
}

fn map_equals_the_iterator_for_every_chunk_and_buffer<E: Executor>() {
    let executor = E::with_workers(2);
    let expected: Vec<u64> = (0..40).map(square).collect();
    for chunk in [1, 3, 6, 40, 50] {
        for buffer in [1, 2, 40, 80] {
            let map = executor.map(square, 0..40).chunksize(chunk).buffersize(buffer);
            assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{chunk}, {buffer}");
            let pairs = (0..20_u64).zip(3..);
            let expected: Vec<u64> = pairs.clone().map(|(a, b)| a * b).collect();
            let map = executor.map(|(a, b): (u64, u64)| a * b, pairs).chunksize(chunk).buffersize(buffer);
            assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{chunk}, {buffer}, over two");
        }
        let map = executor.map(square, 0..40).chunksize(chunk);
        assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), expected, "{chunk}");
    }
    let mut nothing = executor.map(square, []).buffersize(3);
    assert!(nothing.next().is_none() && nothing.next().is_none());
}

fn map_over_an_infinite_input<E: Executor>() {
    let executor = E::with_workers(2);
    for (chunk, buffer) in [(1, 1), (1, 4), (3, 6)] {
        let squares = executor.map(square, 0..).chunksize(chunk).buffersize(buffer);
        assert_eq!(squares.take(5).collect::<Result<Vec<_>, _>>().unwrap(), [0, 1, 4, 9, 16]);
        let sums = executor.map(|(a, b)| a + b, (0_u64..).zip(10_u64..)).chunksize(chunk).buffersize(buffer);
        assert_eq!(sums.take(3).collect::<Result<Vec<_>, _>>().unwrap(), [10, 12, 14]);
    }
}

fn a_map_of_size_0_is_refused_at_the_call<E: Executor>() {
    let executor = E::with_workers(1);
    let pulled = Cell::new(0);
    let inputs = || (0..3).inspect(|_| pulled.set(pulled.get() + 1));
    let buffer = catch_unwind(AssertUnwindSafe(|| executor.map(square, inputs()).buffersize(0).count()));
    let chunk = catch_unwind(AssertUnwindSafe(|| executor.map(square, inputs()).chunksize(0).count()));
    for (panic, option) in [(buffer, "buffersize"), (chunk, "chunksize")] {
        let text = format!("`{option}` must be at least 1, but is 0");
        assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&text.as_str()));
    }
    assert_eq!(pulled.get(), 0, "before anything is done");
}

fn an_error_takes_only_its_place_in_a_map<E: Executor>() {
    let executor = E::with_workers(2);
    for chunk in [1, 3, 10] {
        let results: Vec<_> = executor.map(fails_at_three, 0..10).chunksize(chunk).collect();
        assert_eq!(results.len(), 10);
        for (n, result) in (0..).zip(&results) {
            assert!(if n == 3 { result.is_err() } else { *result.as_ref().unwrap() == n }, "{n} of chunks of {chunk}");
        }
    }
}

fn unordered_gives_each_with_its_index<E: Executor>() {
    let executor = E::with_workers(2);
    let mut results: Vec<_> = executor.map(square, 0..20).unordered().map(|(i, result)| (i, result.unwrap())).collect();
    results.sort_unstable();
    assert!(results.into_iter().eq((0..20).map(|n| (n as usize, square(n)))));
}

fn a_map_pulls_exactly_its_buffer<P: Pool>() {
    for buffer in [1, 2, 5] {
        let pool = P::with_workers(2);
        let scratch = Scratch::new();
        let door = scratch.door();
        let pulled = Cell::new(0);
        let inputs = (0..100).map(|_| {
            pulled.set(pulled.get() + 1);
            door.clone()
        });
        let map = pool.map(pass, inputs).chunksize(1).buffersize(buffer);
        assert_eq!(pulled.get(), buffer);
        thread::scope(|scope| {
            let closer = scope.spawn(|| pool.shutdown(Shutdown::Wait));
            // Nothing has been taken, and what was started ends all the same.
            door.wait_for(buffer.min(2));
            assert!(!closer.is_finished());
            door.open();
        });
        assert_eq!((pulled.get(), door.arrived()), (buffer, buffer));
        drop(map);
    }
}

fn more_inputs_than_workers_and_an_immediate_shutdown<P: Pool>() {
    for _ in 0..20 {
        let pool = P::with_workers(2);
        let map = pool.map(square, 0..3).chunksize(1).buffersize(3);
        pool.shutdown(Shutdown::Wait);
        assert_eq!(map.collect::<Result<Vec<_>, _>>().unwrap(), [0, 1, 4]);
    }
}

fn a_map_outlived_by_a_shutdown_has_a_result_for_each_input<P: Pool>() {
    let pool = P::with_workers(2);
    let mut map = pool.map(square, 0..30).chunksize(2).buffersize(4);
    let first = map.next().unwrap().unwrap();
    pool.shutdown(Shutdown::Wait);
    let rest: Vec<_> = map.collect();
    assert_eq!((first, rest.len()), (0, 29));
    for (n, result) in (1..).zip(rest) {
        assert!(result.is_ok_and(|value| value == n * n) || n > 3, "{n}");
    }
}

fn a_dropped_map_starts_nothing_more<P: Pool>() {
    let (pool, _scratch, door, running) = busy::<P>();
    let map = pool.map(mark, (0..20).map(|_| door.clone())).chunksize(2).buffersize(10);
    drop(map);
    door.open();
    running.result().unwrap();
    pool.shutdown(Shutdown::Wait);
    assert_eq!(door.marks("ran"), 0);
}

fn the_time_of_a_map_is_up<P: Pool>() {
    let work = |(n, held, door): (usize, usize, Door)| {
        if n == held {
            door.pass()
        } else {
            door.mark("ran")
        }
        n
    };
    let pool = P::with_workers(1);
    let scratch = Scratch::new();
    for held in 0..3 {
        let door = scratch.door();
        let map = pool.map(work, (0..6).map(|n| (n, held, door.clone()))).chunksize(1).buffersize(3);
        door.wait_for(1);
        let results: Vec<_> = map.timeout(Duration::from_millis(30)).collect();
        let (error, values) = results.split_last().unwrap();
        assert!(error.as_ref().is_err_and(|error| error.is_timeout()));
        assert!(values.len() <= held && values.iter().map(|value| *value.as_ref().unwrap()).eq(0..values.len()));
        door.open();
        // One worker: what had not started would run before this.
        assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
        assert_eq!((door.arrived(), door.marks("ran")), (1, held), "nothing behind it has started");
    }
}

fn a_map_without_time_starts_nothing<P: Pool>() {
    let (pool, _scratch, door, running) = busy::<P>();
    let mut map = pool.map(mark, (0..2).map(|_| door.clone())).chunksize(1).timeout(Duration::ZERO);
    assert!(map.next().unwrap().unwrap_err().is_timeout());
    assert!(map.next().is_none());
    door.open();
    running.result().unwrap();
    pool.shutdown(Shutdown::Wait);
    assert_eq!(door.marks("ran"), 0);
}

fn two_maps_both_advance<P: Pool>() {
    let pool = P::with_workers(2);
    let (mut slow, mut quick) =
        (pool.map(nap, std::iter::repeat(1)).buffersize(8), pool.map(square, 0..).buffersize(8));
    for n in 0..100 {
        assert_eq!(slow.next().unwrap().unwrap(), 1);
        assert_eq!(quick.next().unwrap().unwrap(), n * n);
    }
}

concurrent_futures_suite::over_every_executor! {
    map_equals_the_iterator_for_every_chunk_and_buffer
    map_over_an_infinite_input
    a_map_of_size_0_is_refused_at_the_call
    an_error_takes_only_its_place_in_a_map
    unordered_gives_each_with_its_index
}

concurrent_futures_suite::over_every_pool! {
    a_map_pulls_exactly_its_buffer
    more_inputs_than_workers_and_an_immediate_shutdown
    a_map_outlived_by_a_shutdown_has_a_result_for_each_input
    a_dropped_map_starts_nothing_more
    the_time_of_a_map_is_up
    a_map_without_time_starts_nothing
    two_maps_both_advance
}

concurrent_futures_suite::under_each_schedule!();
