//! `map`, `then` and `collect` make futures of futures, which do everything that futures do.

use std::sync::{Arc, mpsc};
use std::thread;

use concurrent_futures::{Error, Future, ReturnWhen, ThreadPool, as_completed, collect, wait};
use concurrent_futures_suite::{Gate, timed};

/// A blocked pool of one worker, the gate that blocks it, and the future of the blocker.
fn blocked_pool() -> (Arc<ThreadPool>, Gate, Future<()>) {
    let pool = Arc::new(ThreadPool::new(1).unwrap());
    let gate = Gate::new();
    let inside = gate.clone();
    let blocker = pool.spawn(move || inside.pass());
    gate.wait_for(1);
    (pool, gate, blocker)
}

#[test]
fn map_runs_where_the_task_ended() {
    timed(|| {
        let (pool, gate, blocker) = blocked_pool();
        let pending = pool.spawn(|| thread::current().id()).map(|ran_on| ran_on == thread::current().id());
        assert!(!pending.is_done() && !pending.is_running());
        gate.open();
        assert!(pending.result().unwrap());
        blocker.wait();
        let here = blocker.map(|()| thread::current().id());
        assert_eq!(here.result().unwrap(), thread::current().id(), "it had ended");
    });
}

#[test]
fn errors_pass_through_and_panics_become_errors() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let failed = pool.spawn(|| -> u64 { panic!("in the task") }).map(|_| unreachable!("there is no value"));
        let failed: Future<u64> = failed.then(|_: u64| unreachable!("there is no value"));
        assert_eq!(failed.result().unwrap_err().panic_message(), Some("in the task"));
        let line = line!() + 1;
        let failed = pool.spawn(|| 7).map(|_| -> u64 { panic!("in the function") });
        let error = failed.result().unwrap_err();
        assert_eq!(error.panic_message(), Some("in the function"));
        assert!(error.to_string().contains(&format!("future_combine.rs:{line}")), "{error}");
        let failed = pool.spawn(|| 7).then(|_| -> Future<u64> { panic!("in the function") });
        assert!(failed.result().unwrap_err().is_panic());
        assert_eq!(pool.spawn(|| 8).result().unwrap(), 8, "the worker lives on");
    });
}

#[test]
fn then_needs_no_thread_in_between() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(1).unwrap());
        let mut future = pool.spawn(|| 0);
        for _ in 0..100 {
            let same = Arc::clone(&pool);
            future = future.then(move |n| same.spawn(move || n + 1));
        }
        assert_eq!(future.result().unwrap(), 100);
    });
}

#[test]
fn collect_keeps_the_order_and_gives_the_first_error_in_it() {
    timed(|| {
        let pool = ThreadPool::new(4).unwrap();
        let values = collect((0..1000).map(|n| pool.spawn(move || n))).result().unwrap();
        assert!(values.into_iter().eq(0..1000));
        let gate = Gate::new();
        let inside = gate.clone();
        let futures = [
            pool.spawn(|| 0),
            pool.spawn(move || {
                inside.pass();
                panic!("the first in order")
            }),
            pool.spawn(|| panic!("the first in time")),
        ];
        futures[2].wait();
        let all = collect(futures);
        assert!(!all.is_done());
        gate.open();
        assert_eq!(all.result().unwrap_err().panic_message(), Some("the first in order"));
        assert_eq!(collect(Vec::<Future<u64>>::new()).result().unwrap(), []);
    });
}

#[test]
fn inside_a_task_waiting_runs_what_they_are_made_of() {
    timed(|| {
        let pool = Arc::new(ThreadPool::builder().workers(1).name("only").build().unwrap());
        let same = Arc::clone(&pool);
        let task = pool.spawn(move || {
            let spawn = |n: u64| same.spawn(move || (n, thread::current().name().map(str::to_owned)));
            let mut seen = vec![spawn(1).map(|value| value).result().unwrap()];
            let next = Arc::clone(&same);
            seen.push(spawn(2).then(move |value| next.spawn(move || value)).result().unwrap());
            seen.extend(collect((3..6).map(spawn)).result().unwrap());
            seen.extend(as_completed([spawn(6).map(|value| value)]).map(|(_, result)| result.unwrap()));
            let futures = [spawn(7).map(|value| value)];
            assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None).0, [0]);
            seen
        });
        let seen = task.result().unwrap();
        assert!(seen.iter().map(|(n, _)| *n).eq(1..7));
        assert!(seen.iter().all(|(_, name)| name.as_deref() == Some("only-0")), "{seen:?}");
    });
}

#[test]
fn who_waits_runs_a_task_that_came_into_being_meanwhile() {
    type Waits = fn(Future<u64>) -> u64;
    let ways: [Waits; 6] = [
        |future| future.result().unwrap(),
        |future| {
            future.wait();
            future.result().unwrap()
        },
        |future| as_completed([future]).map(|(_, result)| result.unwrap()).sum(),
        |future| collect([future.map(|n| n)]).result().unwrap()[0],
        |future| future.then(finished_elsewhere).result().unwrap(),
        |future| {
            let mut futures = vec![future];
            assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None).0, [0]);
            futures.remove(0).result().unwrap()
        },
    ];
    fn finished_elsewhere(n: u64) -> Future<u64> {
        let pool = ThreadPool::new(1).unwrap();
        pool.spawn(move || n)
    }
    for waits in ways {
        timed(move || {
            // Two threads, the spare one included, and both wait for what a third one ends.
            let (pool, other) = (Arc::new(ThreadPool::new(1).unwrap()), ThreadPool::new(2).unwrap());
            let (gate, ready) = (Gate::new(), Gate::new());
            ready.open();
            let waiters: Vec<_> = (0..2)
                .map(|n| {
                    let (inside, same) = (gate.clone(), Arc::clone(&pool));
                    let source = other.spawn(move || inside.pass());
                    gate.wait_for(n + 1);
                    let future = source.then(move |()| same.spawn(|| 7));
                    let ready = ready.clone();
                    pool.spawn(move || {
                        ready.pass();
                        waits(future)
                    })
                })
                .collect();
            ready.wait_for(2);
            thread::sleep(std::time::Duration::from_millis(20)); // long enough to fall asleep; nothing breaks if not
            gate.open();
            assert!(waiters.into_iter().all(|waiter| waiter.result().unwrap() == 7));
        });
    }
}

#[test]
fn cancel_reaches_what_they_are_made_of() {
    timed(|| {
        let (pool, gate, blocker) = blocked_pool();
        let source = pool.spawn(|| 7);
        let (tell, told) = mpsc::channel();
        source.on_done(move |result| tell.send(result.as_ref().unwrap_err().is_cancelled()).unwrap());
        let mapped = source.map(|_| unreachable!("it was cancelled")).map(|n: u64| n);
        assert!(mapped.cancel() && mapped.is_cancelled());
        assert!(told.recv().unwrap());
        assert!(mapped.result().unwrap_err().is_cancelled());
        let all = collect((0..10).map(|n| pool.spawn(move || n)));
        assert!(all.cancel() && all.cancel());
        let running = blocker.map(|()| unreachable!("it was cancelled"));
        let next: Future<u64> = running.then(|()| unreachable!("it was cancelled"));
        assert!(next.cancel(), "its function has not started, though its task has");
        gate.open();
        assert!(next.result().unwrap_err().is_cancelled());
        assert_eq!(pool.spawn(|| 8).result().unwrap(), 8);
    });
}

#[test]
fn cycles_are_found_through_them() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let (send, inbox) = mpsc::channel::<Future<Result<(), Error>>>();
        let (tell, told) = mpsc::channel();
        let task = pool.spawn(move || {
            let own = inbox.recv().unwrap();
            let error = collect([own.map(|value| value)]).result().map(|_| ()).unwrap_err();
            tell.send(error.is_deadlock()).unwrap();
            Ok(())
        });
        send.send(task).unwrap();
        assert!(told.recv().unwrap());
    });
}

#[test]
fn a_function_that_blocks_holds_up_only_its_own_thread() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        for _ in 0..100 {
            let (start, gate) = (Gate::new(), Gate::new());
            let (before, inside) = (start.clone(), gate.clone());
            let mapped = pool.spawn(move || before.pass()).map(move |()| inside.pass());
            start.open();
            gate.wait_for(1);
            assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
            gate.open();
            mapped.result().unwrap();
        }
    });
}

#[test]
fn what_they_hold_is_released() {
    timed(|| {
        let (pool, gate, blocker) = blocked_pool();
        let held = Arc::new(());
        let seen = Arc::downgrade(&held);
        let mapped = pool.spawn(|| ()).map(move |()| drop(held));
        assert!(mapped.cancel());
        assert!(seen.upgrade().is_none(), "what the function captured");
        let value = Arc::new(());
        let seen = Arc::downgrade(&value);
        drop(pool.spawn(move || value).map(|value| value));
        gate.open();
        blocker.wait();
        drop(pool);
        assert!(seen.upgrade().is_none(), "a result that nobody wants");
    });
}

#[test]
fn no_wake_up_is_lost() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(2).unwrap());
        for n in 0..2000_u64 {
            let same = Arc::clone(&pool);
            let future = pool.spawn(move || n).map(|n| n + 1).then(move |n| same.spawn(move || n + 1));
            assert_eq!(future.result().unwrap(), n + 2);
        }
    });
}

#[test]
fn a_cancel_at_any_time_ends_it() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(2).unwrap());
        for n in 0..2000_u64 {
            let same = Arc::clone(&pool);
            let future = collect([pool.spawn(move || n), pool.spawn(move || n)])
                .map(|values| values[0])
                .then(move |n| same.spawn(move || n));
            let cancelled = future.cancel();
            match future.result() {
                Ok(value) => assert!(value == n && !cancelled),
                Err(error) => assert!(error.is_cancelled()),
            }
        }
    });
}

concurrent_futures_suite::under_each_schedule!();
