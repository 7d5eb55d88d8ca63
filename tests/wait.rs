//! `wait` tells done from pending, and returns when it was asked to.

use std::time::Duration;

use concurrent_futures::{Future, ReturnWhen, Shutdown, ThreadPool, wait};
use concurrent_futures_suite::{Gate, timed};

fn pass(gate: &Gate) -> impl FnOnce() -> u64 + use<> {
    let gate = gate.clone();
    move || {
        gate.pass();
        7
    }
}

/// A future that is done, in the given way.
fn done(pool: &ThreadPool, fails: bool) -> Future<u64> {
    let future = pool.spawn(move || if fails { panic!("expected") } else { 1 });
    future.wait();
    future
}

#[test]
fn all_completed_mixes_every_kind_of_end() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let gate = Gate::new();
        let mut futures = vec![done(&pool, false), done(&pool, true)];
        futures.extend((0..2).map(|_| pool.spawn(pass(&gate))));
        gate.wait_for(2);
        futures.extend((0..2).map(|_| pool.spawn(pass(&gate))));
        assert!(futures[5].cancel());
        let opener = std::thread::spawn(move || gate.open());
        assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None), (vec![0, 1, 2, 3, 4, 5], vec![]));
        opener.join().unwrap();
    });
}

#[test]
fn first_completed_returns_at_once_with_exactly_those_done() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let gate = Gate::new();
        let futures = [done(&pool, false), pool.spawn(pass(&gate)), done(&pool, true), pool.spawn(pass(&gate))];
        assert!(gate.arrived() <= 2);
        assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None), (vec![0, 2], vec![1, 3]));
        gate.open();
    });
}

#[test]
fn first_completed_is_woken_by_one() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (early, late) = (Gate::new(), Gate::new());
        let futures = [pool.spawn(pass(&late)), pool.spawn(pass(&early))];
        early.wait_for(1);
        let opener = std::thread::spawn(move || early.open());
        assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None), (vec![1], vec![0]));
        opener.join().unwrap();
        late.open();
    });
}

#[test]
fn a_cancelled_future_is_done() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let futures = [pool.spawn(pass(&gate)), pool.spawn(pass(&gate))];
        gate.wait_for(1);
        futures[1].cancel();
        assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None), (vec![1], vec![0]));
        gate.open();
    });
}

#[test]
fn first_error_is_not_triggered_by_values_and_cancellations() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (fail, hold) = (Gate::new(), Gate::new());
        let inside = fail.clone();
        let fails = pool.spawn(move || {
            inside.pass();
            panic!("expected")
        });
        let holds = pool.spawn(pass(&hold));
        fail.wait_for(1);
        hold.wait_for(1);
        let cancelled = pool.spawn(|| 3);
        cancelled.cancel();
        let other = ThreadPool::new(1).unwrap();
        let futures = [done(&other, false), fails, holds, cancelled];
        assert_eq!(wait(&futures, ReturnWhen::FirstError, Some(Duration::from_millis(1))), (vec![0, 3], vec![1, 2]));
        let opener = std::thread::spawn(move || fail.open());
        assert_eq!(wait(&futures, ReturnWhen::FirstError, None), (vec![0, 1, 3], vec![2]));
        opener.join().unwrap();
        assert_eq!(wait(&futures, ReturnWhen::FirstError, None), (vec![0, 1, 3], vec![2]), "at once");
        hold.open();
    });
}

#[test]
fn first_error_without_an_error_waits_for_all() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let futures: Vec<_> = (0..100).map(|n| pool.spawn(move || n)).collect();
        assert_eq!(wait(&futures, ReturnWhen::FirstError, None).0.len(), 100);
    });
}

#[test]
fn the_limit_is_no_error() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let finished = done(&pool, false);
        let gate = Gate::new();
        let futures = [pool.spawn(pass(&gate)), finished];
        for when in [ReturnWhen::AllCompleted, ReturnWhen::FirstError] {
            assert_eq!(wait(&futures, when, Some(Duration::from_millis(1))), (vec![1], vec![0]));
        }
        gate.open();
    });
}

#[test]
fn nothing_to_wait_for() {
    for when in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstError] {
        assert_eq!(wait::<u64>(&[], when, None), (vec![], vec![]));
    }
}

#[test]
fn tasks_released_together_lose_no_wake_up() {
    timed(|| {
        let pool = ThreadPool::new(4).unwrap();
        for _ in 0..20 {
            let gate = Gate::new();
            let futures: Vec<_> = (0..100).map(|_| pool.spawn(pass(&gate))).collect();
            gate.wait_for(4);
            let opener = std::thread::spawn(move || gate.open());
            assert_eq!(wait(&futures, ReturnWhen::FirstError, None).0.len(), 100);
            opener.join().unwrap();
        }
    });
}

#[test]
fn what_a_shutdown_cancelled_is_seen() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let futures: Vec<_> = (0..10).map(|_| pool.spawn(pass(&gate))).collect();
        gate.wait_for(1);
        pool.shutdown(Shutdown::Kill);
        assert_eq!(wait(&futures, ReturnWhen::AllCompleted, Some(Duration::ZERO)).1, vec![0]);
        gate.open();
        assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None).1, vec![]);
    });
}

concurrent_futures_suite::under_each_schedule!();
