//! A worker that blocks in a wait does not hold up what is queued: a spare thread takes its place, within a bound.

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use concurrent_futures::{Future, Shutdown, ThreadPool, as_completed, blocking};
use concurrent_futures_suite::{Gate, timed};

fn initialized(workers: usize) -> Arc<ThreadPool> {
    Arc::new(ThreadPool::builder().workers(workers).initializer(|| ()).build().unwrap())
}

#[test]
fn two_pools_whose_workers_wait_for_each_others_unstarted_tasks() {
    timed(|| {
        let (a, b) = (initialized(1), initialized(1));
        let gate = Gate::new();
        let ask = |own: &Arc<ThreadPool>, other: &Arc<ThreadPool>| {
            let (gate, other) = (gate.clone(), Arc::clone(other));
            own.spawn(move || {
                gate.pass();
                other.spawn(|| 7).result().unwrap()
            })
        };
        let (from_a, from_b) = (ask(&a, &b), ask(&b, &a));
        gate.wait_for(2); // both workers are taken
        gate.open();
        assert_eq!((from_a.result().unwrap(), from_b.result().unwrap()), (7, 7));
    });
}

#[test]
fn what_is_queued_runs_while_a_worker_waits_for_a_running_task() {
    timed(|| {
        let (pool, other) = (ThreadPool::new(1).unwrap(), ThreadPool::new(1).unwrap());
        let gate = Gate::new();
        let inside = gate.clone();
        let running = other.spawn(move || inside.pass());
        gate.wait_for(1);
        let (tell, told) = mpsc::channel();
        let waits = pool.spawn(move || {
            tell.send(()).unwrap();
            running.result()
        });
        told.recv().unwrap();
        assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
        gate.open();
        waits.result().unwrap().unwrap();
    });
}

#[test]
fn around_a_wait_that_the_pool_cannot_see() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        // Nested calls count once.
        let blocked = pool.spawn(move || blocking(|| blocking(|| inside.pass())));
        gate.wait_for(1);
        assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
        gate.open();
        blocked.result().unwrap();
    });
    assert_eq!(blocking(|| 7), 7, "outside of workers it only calls");
}

#[test]
fn at_most_as_many_again_as_workers() {
    timed(|| {
        let pool = ThreadPool::builder().workers(3).name("bound").build().unwrap();
        let gate = Gate::new();
        let futures: Vec<_> = (0..30)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || {
                    blocking(|| gate.pass());
                    thread::current().name().unwrap().to_owned()
                })
            })
            .collect();
        gate.wait_for(6);
        // Not a proof, but a seventh thread would have time to come.
        thread::sleep(Duration::from_millis(50));
        assert_eq!(gate.arrived(), 6);
        gate.open();
        let names: BTreeSet<_> = futures.into_iter().map(|future| future.result().unwrap()).collect();
        assert!(names.len() <= 6, "{names:?}");
    });
}

#[test]
fn afterwards_no_more_tasks_run_at_once_than_there_are_workers() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let gate = Gate::new();
        let blocked: Vec<_> = (0..4)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || blocking(|| gate.pass()))
            })
            .collect();
        gate.wait_for(4);
        gate.open();
        blocked.into_iter().for_each(|future| future.result().unwrap());
        let gate = Gate::new();
        let futures: Vec<_> = (0..10)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || gate.pass())
            })
            .collect();
        gate.wait_for(2);
        thread::sleep(Duration::from_millis(50));
        assert_eq!(gate.arrived(), 2);
        gate.open();
        drop(futures);
        pool.shutdown(Shutdown::Wait); // the spare threads end too
    });
}

#[test]
fn blocking_again_and_again_starts_no_new_threads() {
    timed(|| {
        let (pool, other) =
            (ThreadPool::builder().workers(1).name("again").build().unwrap(), ThreadPool::new(1).unwrap());
        let mut names = BTreeSet::new();
        for _ in 0..200 {
            let gate = Gate::new();
            let inside = gate.clone();
            let running = other.spawn(move || inside.pass());
            gate.wait_for(1);
            let waits = pool.spawn(move || running.result().unwrap());
            let queued = pool.spawn(|| thread::current().name().unwrap().to_owned());
            names.insert(queued.result().unwrap());
            gate.open();
            waits.result().unwrap();
        }
        assert!(names.iter().all(|name| name == "again-0" || name == "again-1"), "{names:?}");
    });
}

/// A chain of waits, each for an unstarted task of the other pool, that ends after `depth` steps.
fn chain(own: &Arc<ThreadPool>, other: &Arc<ThreadPool>, depth: usize) -> Result<usize, concurrent_futures::Error> {
    if depth == 0 {
        return Ok(0);
    }
    let (next, after) = (Arc::clone(other), Arc::clone(own));
    let inner: Future<Result<usize, _>> = other.spawn(move || chain(&next, &after, depth - 1));
    Ok(1 + inner.result()??)
}

#[test]
fn a_chain_longer_than_all_threads_is_an_error_and_no_hang() {
    timed(|| {
        // Four threads in all: two workers and two spare ones.
        for (depth, fits) in [(3, true), (20, false)] {
            let (a, b) = (initialized(1), initialized(1));
            let (own, other) = (Arc::clone(&a), Arc::clone(&b));
            let result = a.spawn(move || chain(&own, &other, depth)).result().unwrap();
            match result {
                Ok(n) => assert!(fits && n == depth),
                Err(error) => assert!(
                    !fits && error.is_deadlock() && error.to_string().contains("a worker of its pool"),
                    "{error}"
                ),
            }
        }
    });
}

#[test]
fn as_completed_over_a_full_pool() {
    timed(|| {
        let (pool, other) = (initialized(2), initialized(2));
        let gate = Gate::new();
        let futures: Vec<_> = (0..2_u64)
            .map(|_| {
                let (gate, other) = (gate.clone(), Arc::clone(&other));
                let own = Arc::clone(&pool);
                pool.spawn(move || {
                    gate.pass();
                    let inner = (0..10).map(|n| if n % 2 == 0 { other.spawn(move || n) } else { own.spawn(move || n) });
                    as_completed(inner).map(|(_, result)| result.unwrap()).sum::<u64>()
                })
            })
            .collect();
        gate.wait_for(2);
        gate.open();
        assert!(futures.into_iter().all(|future| future.result().unwrap() == 45));
    });
}

concurrent_futures_suite::under_each_schedule!();
