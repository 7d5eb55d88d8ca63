//! `as_completed` hands every future out once, as they end.

use std::sync::Arc;
use std::time::Duration;

use concurrent_futures::{Future, Shutdown, ThreadPool, as_completed};
use concurrent_futures_suite::{Gate, timed};

#[test]
fn each_once_done_and_running_alike() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let gate = Gate::new();
        let mut futures = vec![pool.spawn(|| 0)];
        futures[0].wait();
        futures.extend((1..20).map(|n| {
            let gate = gate.clone();
            pool.spawn(move || {
                gate.pass();
                n
            })
        }));
        gate.wait_for(2);
        // Both workers are at the gate; with which two tasks, the schedule says.
        let queued = (1..20).find(|i| !futures[*i].is_running()).unwrap();
        assert!(futures[queued].cancel());
        let mut completed = as_completed(futures);
        let mut indices = Vec::new();
        let mut take = |indices: &mut Vec<usize>| {
            let Some((i, result)) = completed.next() else {
                return false;
            };
            match result {
                Ok(value) => assert_eq!(value, i),
                Err(error) => assert!(i == queued && error.is_cancelled()),
            }
            indices.push(i);
            true
        };
        assert!(take(&mut indices) && take(&mut indices));
        assert_eq!(indices, [0, queued], "what has ended comes first");
        gate.open();
        while take(&mut indices) {}
        indices.sort_unstable();
        assert!(indices.into_iter().eq(0..20));
    });
}

#[test]
fn in_the_order_of_the_ends() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let gates: Vec<Gate> = (0..3).map(|_| Gate::new()).collect();
        let futures: Vec<_> = gates
            .iter()
            .map(|gate| {
                let gate = gate.clone();
                pool.spawn(move || gate.pass())
            })
            .collect();
        let mut completed = as_completed(futures);
        for i in [2, 0, 1] {
            gates[i].open();
            assert_eq!(completed.next().unwrap().0, i);
        }
        assert!(completed.next().is_none());
    });
}

#[test]
fn a_limit_ends_it_with_one_error_that_counts() {
    for limit in [Duration::ZERO, Duration::from_millis(20)] {
        timed(move || {
            let pool = ThreadPool::new(1).unwrap();
            let gate = Gate::new();
            let early: Vec<_> = (0..2).map(|n| pool.spawn(move || n)).collect();
            early.iter().for_each(|future| future.wait());
            let late = (2..4).map(|n| {
                let gate = gate.clone();
                pool.spawn(move || {
                    gate.pass();
                    n
                })
            });
            let mut completed = as_completed(early.into_iter().chain(late)).timeout(limit);
            for expected in 0..2 {
                let (i, result) = completed.next().unwrap().unwrap();
                assert_eq!((i, result.unwrap()), (expected, expected));
            }
            let error = completed.next().unwrap().unwrap_err();
            assert!(error.is_timeout() && error.to_string().contains("2 of 4 futures unfinished"), "{error}");
            assert!(completed.next().is_none(), "one error only");
            gate.open();
            for (i, future) in completed.into_pending() {
                assert_eq!(future.result().unwrap(), i);
            }
        });
    }
}

#[test]
fn what_was_handed_out_is_not_kept() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        for limit in [None, Some(Duration::from_secs(3600)), Some(Duration::ZERO)] {
            let gates: Vec<Gate> = (0..3).map(|_| Gate::new()).collect();
            let futures: Vec<_> = gates
                .iter()
                .map(|gate| {
                    let gate = gate.clone();
                    pool.spawn(move || {
                        gate.pass();
                        Arc::new(())
                    })
                })
                .collect();
            if limit == Some(Duration::ZERO) {
                gates.iter().for_each(Gate::open);
                futures.iter().for_each(Future::wait);
            }
            let mut completed: Box<dyn Iterator<Item = Result<_, _>>> = match limit {
                Some(limit) => Box::new(as_completed(futures).timeout(limit)),
                None => Box::new(as_completed(futures).map(Ok)),
            };
            for gate in &gates {
                gate.open();
                let (_, result) = completed.next().unwrap().unwrap();
                let seen = Arc::downgrade(&result.unwrap());
                assert!(seen.upgrade().is_none());
            }
        }
    });
}

#[test]
fn what_a_shutdown_cancelled_is_handed_out() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let queued: Vec<_> = (0..10).map(|_| pool.spawn(|| ())).collect();
        let waiter = std::thread::spawn(move || as_completed(queued).filter(|(_, result)| result.is_err()).count());
        pool.shutdown(Shutdown::Kill);
        assert_eq!(waiter.join().unwrap(), 10);
        gate.open();
        blocker.result().unwrap();
    });
}

#[test]
fn nothing_gives_nothing() {
    assert!(as_completed::<u64>([]).next().is_none());
    assert!(as_completed::<u64>([]).timeout(Duration::ZERO).next().is_none());
}

concurrent_futures_suite::under_each_schedule!();
