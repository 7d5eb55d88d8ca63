//! What every executor promises alike: each body runs over each of them.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use concurrent_futures::{ReturnWhen, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Executor, Sequential, timed};

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
        }
    }
    assert!(executor.map(square, []).buffersize(3).next().is_none());
}

fn map_over_an_infinite_input<E: Executor>() {
    let executor = E::with_workers(2);
    let sums = executor.map(|(a, b)| a + b, (0_u64..).zip(10_u64..)).buffersize(4);
    assert_eq!(sums.take(3).collect::<Result<Vec<_>, _>>().unwrap(), [10, 12, 14]);
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

macro_rules! over_every_executor {
    ($($executor:ident: $kind:ty),+ => $bodies:tt) => {
        $(mod $executor {
            use super::*;
            over_every_executor! { @tests $kind, $bodies }
        })+
    };
    (@tests $kind:ty, { $($body:ident)+ }) => {$(
        #[test]
        fn $body() {
            timed(super::$body::<$kind>);
        }
    )+};
}

over_every_executor! {
    sequential: Sequential, threads: ThreadPool => {
        submit_gives_the_value
        a_panic_is_the_error_of_its_task_alone
        states_after_the_end
        callbacks_after_the_end_run_at_once
        map_equals_the_iterator_for_every_chunk_and_buffer
        map_over_an_infinite_input
        an_error_takes_only_its_place_in_a_map
        unordered_gives_each_with_its_index
        wait_tells_done_from_pending
        as_completed_gives_each_once
        a_limit_of_as_completed_hands_out_what_is_there
        awaiting_works_without_a_runtime
    }
}
