//! The initializer has run on every thread before its first task; if it fails, everything that waits is told.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use concurrent_futures::{ReturnWhen, ThreadPool, wait};
use concurrent_futures_suite::{Gate, Probe, timed};

thread_local! {
    static PREPARED: Cell<bool> = const { Cell::new(false) };
}

#[test]
fn it_runs_once_on_every_thread_before_its_tasks() {
    timed(|| {
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let initializer = move || {
            count.fetch_add(1, Ordering::SeqCst);
            PREPARED.set(true);
        };
        let pool = ThreadPool::builder().workers(3).initializer(initializer).build().unwrap();
        let gate = Gate::new();
        let futures: Vec<_> = (0..30)
            .map(|_| {
                let gate = gate.clone();
                pool.spawn(move || {
                    gate.pass();
                    PREPARED.get()
                })
            })
            .collect();
        gate.wait_for(3);
        gate.open();
        assert!(futures.into_iter().all(|future| future.result().unwrap()));
        assert_eq!(runs.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn its_panic_is_the_error_of_all_that_waits_and_all_that_comes() {
    timed(|| {
        let gate = Gate::new();
        let inside = gate.clone();
        let initializer = move || {
            inside.pass();
            panic!("no license")
        };
        let pool = ThreadPool::builder().workers(1).initializer(initializer).build().unwrap();
        let futures: Vec<_> = (0..5).map(|n| pool.spawn(move || n)).collect();
        gate.wait_for(1);
        assert!(futures[2].cancel());
        gate.open();
        assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None).1, []);
        for (i, future) in futures.into_iter().enumerate() {
            let error = future.result().unwrap_err();
            assert!(if i == 2 { error.is_cancelled() } else { error.is_spawn() }, "{i}: {error}");
            assert!(i == 2 || error.to_string().contains("no license"), "{error}");
        }
        let error = pool.spawn(|| 7).result().unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("no license"), "{error}");
        assert_eq!(gate.arrived(), 1, "a broken pool does not try again");
        let results: Vec<_> = pool.map(|n| n, 0..3).chunksize(3).collect();
        assert_eq!(results.len(), 3);
        assert!(results.iter().all(|result| result.as_ref().unwrap_err().is_spawn()));
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn fails() {
    let pool = ThreadPool::builder().workers(1).initializer(|| panic!("no license")).build().unwrap();
    assert!(pool.spawn(|| 7).result().unwrap_err().is_spawn());
}

#[test]
fn its_panic_is_told() {
    timed(|| {
        let (_, err) = Probe::new("fails").run();
        assert_eq!(err.matches("no license").count(), 1, "{err}");
    });
}

concurrent_futures_suite::under_each_schedule!();
