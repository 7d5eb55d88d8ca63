//! A future tells its task's state, and only a pending task can be cancelled.

use std::sync::{Arc, mpsc};

use concurrent_futures::{Future, ThreadPool};
use concurrent_futures_suite::{Gate, timed};

/// (is_done, is_running, is_cancelled)
fn state<T>(future: &Future<T>) -> (bool, bool, bool) {
    (future.is_done(), future.is_running(), future.is_cancelled())
}

#[test]
fn each_state_has_its_truth_table() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || inside.pass());
        let pending = pool.spawn(|| 1);
        let cancelled = pool.spawn(|| 2);
        gate.wait_for(1);

        assert_eq!(state(&running), (false, true, false));
        assert!(!running.cancel());
        assert_eq!(state(&running), (false, true, false), "cancel changes nothing");
        assert_eq!(state(&pending), (false, false, false));
        assert!(cancelled.cancel());
        assert!(cancelled.cancel(), "cancelling again finds it cancelled");
        assert_eq!(state(&cancelled), (true, false, true));

        gate.open();
        let failed = pool.spawn(|| panic!("expected"));
        for future in [&running, &failed] {
            future.wait();
            assert_eq!(state(future), (true, false, false));
            assert!(!future.cancel());
            assert_eq!(state(future), (true, false, false), "cancel changes nothing");
        }
        assert_eq!(pending.result().unwrap(), 1);
    });
}

#[test]
fn it_is_running_exactly_while_its_function_runs() {
    timed(|| {
        for workers in [1, 2] {
            let pool = ThreadPool::new(workers).unwrap();
            let gate = Gate::new();
            let blockers: Vec<_> = (0..workers)
                .map(|_| {
                    let inside = gate.clone();
                    pool.spawn(move || inside.pass())
                })
                .collect();
            gate.wait_for(workers);
            let (send, inbox) = mpsc::channel::<Arc<Future<(bool, bool, bool)>>>();
            let future = Arc::new(pool.spawn(move || state(&*inbox.recv().unwrap())));
            let (tell, told) = mpsc::channel();
            let same = Arc::clone(&future);
            future.on_done(move |result| tell.send((*result.as_ref().unwrap(), state(&same))).unwrap());
            send.send(Arc::clone(&future)).unwrap();
            assert_eq!(state(&future), (false, false, false), "in the queue, next in turn");
            gate.open();
            assert_eq!(told.recv().unwrap(), ((false, true, false), (true, false, false)));
            blockers.into_iter().for_each(|blocker| blocker.result().unwrap());
        }
    });
}

#[test]
fn debug_text_names_state_and_task() {
    fn answer() -> u64 {
        42
    }
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || inside.pass());
        let pending = pool.submit(answer, ());
        let cancelled = pool.submit(answer, ());
        gate.wait_for(1);
        cancelled.cancel();

        assert!(format!("{running:?}").contains(", running)"), "{running:?}");
        assert!(format!("{pending:?}").contains("answer"), "{pending:?}");
        assert!(format!("{pending:?}").contains(", pending)"), "{pending:?}");
        assert!(format!("{cancelled:?}").contains(", cancelled)"), "{cancelled:?}");
        gate.open();
        let failed = pool.spawn(|| panic!("expected"));
        failed.wait();
        assert!(format!("{failed:?}").contains("finished with an error: "), "{failed:?}");
        assert!(
            format!("{failed:?}").contains("panicked at ") && format!("{failed:?}").contains("expected"),
            "{failed:?}"
        );
        assert!(format!("{pending:?}").contains("Future<u64>"), "{pending:?}");
        assert!(format!("{pending:?}").contains(", finished)"), "{pending:?}");
        drop(running);
    });
}

#[test]
fn many_readers_see_the_same_state() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let (value, failure) = (pool.spawn(|| 7), pool.spawn(|| panic!("expected")));
        value.wait();
        failure.wait();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let (pending, cancelled) = (pool.spawn(|| 8), pool.spawn(|| 9));
        cancelled.cancel();
        let expected = [
            (&value, (true, false, false)),
            (&failure, (true, false, false)),
            (&pending, (false, false, false)),
            (&cancelled, (true, false, true)),
        ];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let read = || expected.iter().for_each(|(future, expected)| assert_eq!(state(future), *expected));
                scope.spawn(move || (0..1000).for_each(|_| read()));
            }
        });
        gate.open();
        drop(blocker);
    });
}

#[test]
fn a_task_either_runs_or_is_cancelled() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        for n in 0..2000 {
            let future = pool.spawn(move || n);
            let cancelled = future.cancel();
            match future.result() {
                Ok(value) => assert!(!cancelled && value == n),
                Err(error) => assert!(cancelled && error.is_cancelled()),
            }
        }
    });
}

concurrent_futures_suite::under_each_schedule!();
