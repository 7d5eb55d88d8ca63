//! What every executor promises alike: each body runs over each of them, or over each kind of pool.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use concurrent_futures::{ProcessPool, ReturnWhen, Shutdown, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Door, Executor, Pool, Scratch, Sequential, timed};

fn square(n: u64) -> u64 {
    n * n
}

fn fails_at_three(n: u64) -> u64 {
    assert_ne!(n, 3, "three");
    n
}

fn naps(millis: u64) -> u64 {
    thread::sleep(Duration::from_millis(millis));
    millis
}

fn submit_gives_the_value<E: Executor>() {
    let executor = E::with_workers(2);
    assert_eq!(executor.submit(square, 7).result().unwrap(), 49);
    assert_eq!(executor.submit(|(a, b): (u64, u64)| a + b, (3, 4)).result().unwrap(), 7);
}

fn a_panic_is_the_error_of_its_task_alone<E: Executor>() {
    let executor = E::with_workers(2);
    let futures: Vec<_> = (0..6).map(|n| executor.submit(fails_at_three, n)).collect();
    for (n, future) in (0..).zip(futures) {
        match future.result() {
            Ok(value) => assert!(value == n && n != 3),
            Err(error) => {
                assert!(n == 3 && error.panic_message().is_some_and(|text| text.contains("three")), "{error}")
            }
        }
    }
    assert_eq!(executor.submit(square, 2).result().unwrap(), 4, "the executor lives on");
}

fn states_after_the_end<E: Executor>() {
    let executor = E::with_workers(1);
    for n in [2, 3] {
        let future = executor.submit(fails_at_three, n);
        future.wait();
        assert!(future.is_done() && !future.is_running() && !future.is_cancelled());
        assert!(!future.cancel() && !future.is_cancelled(), "cancel comes too late and changes nothing");
        assert!(future.wait_timeout(Duration::ZERO));
        assert_eq!(future.result().is_err(), n == 3);
    }
}

fn callbacks_after_the_end_run_at_once<E: Executor>() {
    let executor = E::with_workers(1);
    for n in [2, 3] {
        let future = executor.submit(fails_at_three, n);
        future.wait();
        let (tell, told) = mpsc::channel();
        future.on_done(|_| panic!("in a callback"));
        future.on_done(move |result| tell.send(result.is_ok()).unwrap());
        assert_eq!(told.try_recv(), Ok(n == 2));
    }
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

fn wait_tells_done_from_pending<E: Executor>() {
    let executor = E::with_workers(2);
    let futures: Vec<_> = (0..6).map(|n| executor.submit(fails_at_three, n)).collect();
    assert!(wait(&futures, ReturnWhen::FirstError, None).0.contains(&3));
    assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None), ((0..6).collect(), vec![]));
    assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, Some(Duration::ZERO)).0.len(), 6);
}

fn as_completed_gives_each_once<E: Executor>() {
    let executor = E::with_workers(2);
    let futures = (0..6).map(|n| executor.submit(fails_at_three, n));
    let mut seen: Vec<_> = as_completed(futures).map(|(i, result)| (i, result.is_ok())).collect();
    seen.sort_unstable();
    assert!(seen.into_iter().eq((0..6).map(|i| (i, i != 3))));
}

fn a_limit_of_as_completed_hands_out_what_is_there<E: Executor>() {
    let executor = E::with_workers(2);
    let quick = executor.submit(naps, 0);
    quick.wait();
    let futures = [quick, executor.submit(naps, 300)];
    let mut completed = as_completed(futures).timeout(Duration::ZERO);
    assert_eq!(completed.next().unwrap().unwrap().0, 0);
    let last = completed.next().unwrap();
    if E::RUNS_BESIDE {
        let error = last.unwrap_err();
        assert!(error.is_timeout() && error.to_string().contains("1 of 2 futures unfinished"), "{error}");
    } else {
        assert_eq!(last.unwrap().0, 1);
    }
}

fn awaiting_works_without_a_runtime<E: Executor>() {
    let executor = E::with_workers(1);
    let future = executor.submit(square, 3);
    future.wait();
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::future::Future::poll(future.as_mut(), &mut context) {
        std::task::Poll::Ready(result) => assert_eq!(result.unwrap(), 9),
        std::task::Poll::Pending => panic!("the task has ended"),
    }
}

fn pass(door: Door) -> u64 {
    door.pass();
    7
}

fn mark(door: Door) {
    door.mark("ran");
}

/// A pool of one worker, which holds a task at the door.
fn busy<P: Pool>() -> (Scratch, Door, P, concurrent_futures::Future<u64>) {
    let scratch = Scratch::new();
    let (door, pool) = (scratch.door(), P::with_workers(1));
    let running = pool.submit(pass, door.clone());
    door.wait_for(1);
    (scratch, door, pool, running)
}

fn running_exactly_from_start_to_end<P: Pool>() {
    let (scratch, door, pool, running) = busy::<P>();
    let second = scratch.door();
    let waiting = pool.submit(pass, second.clone());
    assert!(running.is_running() && !running.is_done() && !waiting.is_running() && !waiting.is_done());
    assert!(!running.wait_timeout(Duration::from_millis(5)));
    door.open();
    second.wait_for(1);
    running.wait();
    assert!(running.is_done() && !running.is_running() && waiting.is_running());
    second.open();
    assert_eq!(waiting.result().unwrap(), 7);
}

fn a_waiting_task_is_cancelled_and_never_runs<P: Pool>() {
    let (_scratch, door, pool, running) = busy::<P>();
    let waiting: Vec<_> = (0..100).map(|_| pool.submit(mark, door.clone())).collect();
    let last = pool.submit(square, 3);
    for future in &waiting {
        assert!(future.cancel() && future.is_cancelled() && future.is_done() && !future.is_running());
    }
    door.open();
    assert_eq!((running.result().unwrap(), last.result().unwrap()), (7, 9));
    assert!(waiting.into_iter().all(|future| future.result().unwrap_err().is_cancelled()));
    assert_eq!(door.marks("ran"), 0);
}

fn callbacks_before_the_end_see_it<P: Pool>() {
    let (_scratch, door, pool, running) = busy::<P>();
    let fails = pool.submit(fails_at_three, 3);
    let cancelled = pool.submit(square, 3);
    let (tell, told) = mpsc::channel();
    for (n, future) in [(0, &running), (1, &fails), (2, &cancelled)] {
        let tell = tell.clone();
        future.on_done(move |result| {
            let text = match result {
                Ok(value) => value.to_string(),
                Err(error) if error.is_cancelled() => "cancelled".to_owned(),
                Err(error) => error.panic_message().unwrap_or_default().to_owned(),
            };
            tell.send((n, text)).unwrap();
        });
    }
    assert!(cancelled.cancel());
    assert_eq!(told.try_recv(), Ok((2, "cancelled".to_owned())), "run by cancel");
    door.open();
    let mut seen = [told.recv().unwrap(), told.recv().unwrap()];
    seen.sort_unstable();
    assert_eq!(seen[0], (0, "7".to_owned()));
    assert!(seen[1].0 == 1 && seen[1].1.contains("three"), "{seen:?}");
}

fn a_panic_in_a_callback_is_its_own<P: Pool>() {
    let (_scratch, door, pool, running) = busy::<P>();
    let (tell, told) = mpsc::channel();
    running.on_done(|_| panic!("in a callback"));
    running.on_done(move |result| tell.send(result.is_ok()).unwrap());
    door.open();
    assert!(told.recv().unwrap());
    assert_eq!(running.result().unwrap(), 7);
    assert_eq!(pool.submit(square, 3).result().unwrap(), 9);
}

fn wait_for_the_first_and_for_the_first_error<P: Pool>() {
    let scratch = Scratch::new();
    let doors = [scratch.door(), scratch.door()];
    let pool = P::with_workers(3);
    let fail_behind = |door: Door| -> u64 {
        door.pass();
        panic!("behind a door")
    };
    let held = scratch.door();
    let futures = [
        pool.submit(pass, held.clone()),
        pool.submit(pass, doors[0].clone()),
        pool.submit(fail_behind, doors[1].clone()),
    ];
    assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, Some(Duration::from_millis(20))), (vec![], vec![0, 1, 2]));
    doors[0].open();
    assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None), (vec![1], vec![0, 2]));
    doors[1].open();
    assert_eq!(wait(&futures, ReturnWhen::FirstError, None), (vec![1, 2], vec![0]));
    held.open();
    assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None), (vec![0, 1, 2], vec![]));
}

fn a_limit_counts_what_is_unfinished<P: Pool>() {
    let (_scratch, door, pool, running) = busy::<P>();
    let futures = [running, pool.submit(square, 2)];
    let mut completed = as_completed(futures).timeout(Duration::from_millis(50));
    let error = completed.next().unwrap().unwrap_err();
    assert!(error.is_timeout() && error.to_string().contains("2 of 2 futures unfinished"), "{error}");
    door.open();
    assert_eq!(as_completed(completed.into_pending().into_iter().map(|(_, future)| future)).count(), 2);
}

fn what_a_shutdown_cancelled_is_seen<P: Pool>() {
    let (_scratch, door, pool, running) = busy::<P>();
    let mut futures = vec![running];
    futures.extend((0..50).map(|n| pool.submit(square, n)));
    thread::scope(|scope| {
        let closer = scope.spawn(|| pool.shutdown(Shutdown::CancelPending));
        let seen = wait(&futures[1..], ReturnWhen::AllCompleted, None).0.len();
        assert_eq!(seen, 50);
        door.open();
        closer.join().unwrap();
    });
    let ends: Vec<_> = as_completed(futures).collect();
    assert_eq!(ends.iter().filter(|(_, result)| result.as_ref().is_err_and(|error| error.is_cancelled())).count(), 50);
}

fn shutdown_waits_for_what_there_is<P: Pool>() {
    let pool = P::with_workers(2);
    let futures: Vec<_> = (0..50).map(|n| pool.submit(square, n)).collect();
    pool.shutdown(Shutdown::Wait);
    assert!(futures.iter().all(|future| future.is_done()));
    assert!(futures.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
    assert!(pool.submit(square, 1).result().unwrap_err().is_shutdown());
    assert!(pool.map(square, 0..3).all(|result| result.is_err_and(|error| error.is_shutdown())));
}

fn cancel_pending_lets_the_running_end<P: Pool>() {
    let (_scratch, door, pool, running) = busy::<P>();
    let waiting: Vec<_> = (0..50).map(|_| pool.submit(mark, door.clone())).collect();
    thread::scope(|scope| {
        scope.spawn(|| pool.shutdown(Shutdown::CancelPending));
        assert!(waiting.into_iter().all(|future| future.result().unwrap_err().is_cancelled()));
        door.open();
    });
    assert_eq!((running.result().unwrap(), door.marks("ran")), (7, 0));
}

fn blocked_tasks_keep_exactly_the_workers_busy<P: Pool>() {
    let scratch = Scratch::new();
    let door = scratch.door();
    let pool = P::with_workers(3);
    let work = |door: Door| {
        door.pass();
        P::here()
    };
    let futures: Vec<_> = (0..45).map(|_| pool.submit(work, door.clone())).collect();
    door.wait_for(3);
    thread::sleep(Duration::from_millis(30));
    assert_eq!(door.arrived(), 3);
    door.open();
    let workers: BTreeSet<String> = futures.into_iter().map(|future| future.result().unwrap()).collect();
    assert_eq!(workers.len(), 3, "{workers:?}");
}

fn an_idle_worker_is_used_again<P: Pool>() {
    let pool = P::with_workers(4);
    let workers: BTreeSet<String> = (0..4).map(|n: u64| pool.submit(|_| P::here(), n).result().unwrap()).collect();
    assert_eq!(workers.len(), 1);
}

fn the_initializer_runs_before_the_first_task<P: Pool>() {
    thread_local! {
        static WAS_HERE: Cell<u32> = const { Cell::new(0) };
    }
    let scratch = Scratch::new();
    let door = scratch.door();
    let pool = P::with_initializer(3, || WAS_HERE.set(WAS_HERE.get() + 1));
    let work = |door: Door| {
        door.pass();
        WAS_HERE.get()
    };
    let futures: Vec<_> = (0..9).map(|_| pool.submit(work, door.clone())).collect();
    door.wait_for(3);
    door.open();
    assert!(futures.into_iter().all(|future| future.result().unwrap() == 1));
    assert_eq!(WAS_HERE.get(), 0);
}

fn a_failed_initializer_ends_all_that_waits<P: Pool>() {
    let pool = P::with_initializer(2, || panic!("no licence"));
    let futures: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
    futures[2].cancel();
    for future in futures {
        let error = future.result().unwrap_err();
        assert!(error.is_cancelled() || (error.is_spawn() && error.to_string().contains("no licence")), "{error}");
    }
    let error = pool.submit(square, 1).result().unwrap_err();
    assert!(error.is_spawn() && error.to_string().contains("no licence"), "{error}");
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
    let (_scratch, door, pool, running) = busy::<P>();
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
    let (_scratch, door, pool, running) = busy::<P>();
    let mut map = pool.map(mark, (0..2).map(|_| door.clone())).chunksize(1).timeout(Duration::ZERO);
    assert!(map.next().unwrap().unwrap_err().is_timeout());
    assert!(map.next().is_none());
    door.open();
    running.result().unwrap();
    pool.shutdown(Shutdown::Wait);
    assert_eq!(door.marks("ran"), 0);
}

fn a_discarded_future_runs_all_the_same<P: Pool>() {
    let scratch = Scratch::new();
    let (door, pool) = (scratch.door(), P::with_workers(2));
    (0..20).for_each(|_| drop(pool.submit(mark, door.clone())));
    pool.shutdown(Shutdown::Wait);
    assert_eq!(door.marks("ran"), 20);
}

fn two_maps_both_advance<P: Pool>() {
    let pool = P::with_workers(2);
    let (mut slow, mut quick) =
        (pool.map(naps, std::iter::repeat(1)).buffersize(8), pool.map(square, 0..).buffersize(8));
    for n in 0..100 {
        assert_eq!(slow.next().unwrap().unwrap(), 1);
        assert_eq!(quick.next().unwrap().unwrap(), n * n);
    }
}

fn out_of_order_results_with_one_worker<P: Pool>() {
    let pool = P::with_workers(1);
    let futures: Vec<_> = (0..100).map(|n| pool.submit(square, n)).collect();
    for (n, future) in (0..100_u64).zip(futures).collect::<Vec<_>>().into_iter().rev() {
        assert_eq!(future.result().unwrap(), n * n);
    }
}

fn a_pool_joined_before_its_tasks<P: Pool>() {
    let pool = P::with_workers(1);
    let futures: Vec<_> = (0..10).map(|n| pool.submit(square, n)).collect();
    drop(pool);
    assert!(futures.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
}

macro_rules! over_every_executor {
    ($($executor:ident: $kind:ty),+ => $bodies:tt, $pool_bodies:tt) => {
        over_every_executor! { $($executor: $kind),+ => $bodies }
        mod pool_of_threads {
            use super::*;
            over_every_executor! { @tests ThreadPool, $pool_bodies }
        }
        mod pool_of_processes {
            use super::*;
            over_every_executor! { @tests ProcessPool, $pool_bodies }
        }
    };
    ($($executor:ident: $kind:ty),+ => $bodies:tt) => {
        $(mod $executor {
            use super::*;
            over_every_executor! { @tests $kind, $bodies }
        })+
    };
    (@tests $kind:ty, { $($body:ident)* }) => {$(
        #[test]
        fn $body() {
            timed(super::$body::<$kind>);
        }
    )*};
}

over_every_executor! {
    sequential: Sequential, threads: ThreadPool, processes: ProcessPool => {
        submit_gives_the_value
        a_panic_is_the_error_of_its_task_alone
        states_after_the_end
        callbacks_after_the_end_run_at_once
        map_equals_the_iterator_for_every_chunk_and_buffer
        map_over_an_infinite_input
        a_map_of_size_0_is_refused_at_the_call
        an_error_takes_only_its_place_in_a_map
        unordered_gives_each_with_its_index
        wait_tells_done_from_pending
        as_completed_gives_each_once
        a_limit_of_as_completed_hands_out_what_is_there
        awaiting_works_without_a_runtime
    }, {
        running_exactly_from_start_to_end
        a_waiting_task_is_cancelled_and_never_runs
        callbacks_before_the_end_see_it
        a_panic_in_a_callback_is_its_own
        wait_for_the_first_and_for_the_first_error
        a_limit_counts_what_is_unfinished
        what_a_shutdown_cancelled_is_seen
        shutdown_waits_for_what_there_is
        cancel_pending_lets_the_running_end
        blocked_tasks_keep_exactly_the_workers_busy
        an_idle_worker_is_used_again
        the_initializer_runs_before_the_first_task
        a_failed_initializer_ends_all_that_waits
        a_map_pulls_exactly_its_buffer
        more_inputs_than_workers_and_an_immediate_shutdown
        a_map_outlived_by_a_shutdown_has_a_result_for_each_input
        a_dropped_map_starts_nothing_more
        the_time_of_a_map_is_up
        a_map_without_time_starts_nothing
        a_discarded_future_runs_all_the_same
        two_maps_both_advance
        out_of_order_results_with_one_worker
        a_pool_joined_before_its_tasks
    }
}

concurrent_futures_suite::under_each_schedule!();
