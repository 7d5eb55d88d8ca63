//! What every executor promises alike: each body runs over each of them, or over each kind of pool.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use concurrent_futures::{ReturnWhen, Shutdown, as_completed, wait};
use concurrent_futures_suite::states::{busy, pass};
use concurrent_futures_suite::{Door, Executor, Pool, Scratch, nap};

fn square(n: u64) -> u64 {
    n * n
}

fn fails_at_three(n: u64) -> u64 {
    assert_ne!(n, 3, "three");
    n
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
    let quick = executor.submit(nap, 0);
    quick.wait();
    let futures = [quick, executor.submit(nap, 300)];
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

fn mark(door: Door) {
    door.mark("ran");
}

fn running_exactly_from_start_to_end<P: Pool>() {
    let (pool, scratch, door, running) = busy::<P>();
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
    let (pool, _scratch, door, running) = busy::<P>();
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
    let (pool, _scratch, door, running) = busy::<P>();
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
    let (pool, _scratch, door, running) = busy::<P>();
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
    let (pool, _scratch, door, running) = busy::<P>();
    let futures = [running, pool.submit(square, 2)];
    let mut completed = as_completed(futures).timeout(Duration::from_millis(50));
    let error = completed.next().unwrap().unwrap_err();
    assert!(error.is_timeout() && error.to_string().contains("2 of 2 futures unfinished"), "{error}");
    door.open();
    assert_eq!(as_completed(completed.into_pending().into_iter().map(|(_, future)| future)).count(), 2);
}

fn what_a_shutdown_cancelled_is_seen<P: Pool>() {
    let (pool, _scratch, door, running) = busy::<P>();
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
    let (pool, _scratch, door, running) = busy::<P>();
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

fn a_discarded_future_runs_all_the_same<P: Pool>() {
    let scratch = Scratch::new();
    let (door, pool) = (scratch.door(), P::with_workers(2));
    (0..20).for_each(|_| drop(pool.submit(mark, door.clone())));
    pool.shutdown(Shutdown::Wait);
    assert_eq!(door.marks("ran"), 20);
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

concurrent_futures_suite::over_every_executor! {
    submit_gives_the_value
    a_panic_is_the_error_of_its_task_alone
    states_after_the_end
    callbacks_after_the_end_run_at_once
    wait_tells_done_from_pending
    as_completed_gives_each_once
    a_limit_of_as_completed_hands_out_what_is_there
    awaiting_works_without_a_runtime
}

concurrent_futures_suite::over_every_pool! {
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
    a_discarded_future_runs_all_the_same
    out_of_order_results_with_one_worker
    a_pool_joined_before_its_tasks
}

concurrent_futures_suite::under_each_schedule!();
